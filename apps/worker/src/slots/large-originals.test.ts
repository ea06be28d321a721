import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createLargeOriginals } from './large-originals.ts';

const MIB = 1024 * 1024;
const tenant = Tenant.parse('demo');

test('large originals wait for each other, and others do not wait', () => {
  const originals = createLargeOriginals({ slotsMax: 1 });
  const first = originals.enter(tenant, 17 * MIB);
  expect(first.outcome).toBe('acquired');
  expect(originals.enter(tenant, 45 * MIB)).toMatchObject({ outcome: 'postponed', reason: 'large-originals-busy' });
  for (let count = 0; count < 10; count += 1) expect(originals.enter(tenant, 16 * MIB).outcome).toBe('acquired');
  if (first.outcome === 'acquired') first.release();
  expect(originals.enter(tenant, 45 * MIB).outcome).toBe('acquired');
});
