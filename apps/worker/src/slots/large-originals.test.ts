import { expect, test } from 'vitest';
import { createLargeOriginals } from './large-originals.ts';

const MIB = 1024 * 1024;

test('large originals wait for each other, and others do not wait', () => {
  const originals = createLargeOriginals({ slotsMax: 1 });
  const first = originals.enter(17 * MIB);
  expect(first.outcome).toBe('entered');
  expect(originals.enter(45 * MIB)).toMatchObject({ outcome: 'postponed', reason: 'large-originals-busy' });
  for (let count = 0; count < 10; count += 1) expect(originals.enter(16 * MIB).outcome).toBe('entered');
  if (first.outcome === 'entered') first.leave();
  expect(originals.enter(45 * MIB).outcome).toBe('entered');
});
