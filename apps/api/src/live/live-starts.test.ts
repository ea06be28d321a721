import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createLiveStarts } from './live-starts.ts';

const { signal: gone } = new AbortController();
const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];

function starts({ isShared = true } = {}) {
  const clock = { ms: 5_000 };
  const waits: number[] = [];
  const { take } = createLiveStarts({
    isShared: () => isShared,
    now: () => clock.ms,
    wait: async (ms) => void waits.push(ms),
  });
  const open = (tenant: Tenant, count: number) => Promise.all(Array.from({ length: count }, () => take(tenant, gone)));
  return { open, waits, clock };
}

test('beside other tenants, many connections of a tenant begin at once, and the others five milliseconds apart', async () => {
  const { open, waits } = starts();
  await open(acme, 51);
  expect(waits).toEqual([]);
  await open(acme, 3);
  expect(waits).toEqual([5, 10, 15]);
});

test('the connections of one tenant do not delay those of another', async () => {
  const { open, waits } = starts();
  await open(acme, 51);
  await open(other, 51);
  expect(waits).toEqual([]);
});

test('after a pause, as many begin at once again', async () => {
  const { open, waits, clock } = starts();
  await open(acme, 51);
  clock.ms += 255;
  await open(acme, 51);
  expect(waits).toEqual([]);
});

test('a tenant that is alone never waits', async () => {
  const { open, waits } = starts({ isShared: false });
  await open(acme, 1_000);
  expect(waits).toEqual([]);
});

test('a connection whose client has gone waits no longer', async () => {
  const { take } = createLiveStarts({ isShared: () => true, now: () => 0 });
  const leaving = new AbortController();
  const waits = Array.from({ length: 10_000 }, () => take(acme, leaving.signal));
  leaving.abort();
  await Promise.all(waits);
});
