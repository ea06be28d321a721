import { expect, test } from 'vitest';
import { createTenantShares, SLOW_MS } from './tenant-shares.ts';

const TIME_LIMIT_MS = 10_000;

/** Takes as many slots as the tenant gets. */
function takeAll(shares: ReturnType<typeof createTenantShares>, tenant: string) {
  const taken: (() => void)[] = [];
  for (let next = shares.take(tenant); next; next = shares.take(tenant)) taken.push(next);
  return taken;
}

test('a tenant gets half of the slots, and each further one half of the rest', () => {
  const shares = createTenantShares(16);
  expect(['a', 'b', 'c'].map((tenant) => takeAll(shares, tenant).length)).toEqual([8, 4, 2]);
});

test('tenants whose attempts time out have one slot together, and the others have the rest', () => {
  const shares = createTenantShares(16);
  const dead = ['d1', 'd2', 'd3', 'd4', 'd5'];
  const first = dead.flatMap((tenant) => takeAll(shares, tenant));
  expect(first).toHaveLength(16);
  for (const tenant of dead) shares.measured(tenant, TIME_LIMIT_MS);
  for (const release of first) release();
  const again = dead.flatMap((tenant) => takeAll(shares, tenant));
  expect(again).toHaveLength(1);
  expect(takeAll(shares, 'healthy')).toHaveLength(8);
  again[0]?.();
  expect(shares.take('d5')).toBeDefined();
});

test('a tenant whose attempts are slow but successful has no other slot either', () => {
  const shares = createTenantShares(4);
  for (const ms of [SLOW_MS * 1.5, SLOW_MS * 1.5, SLOW_MS * 1.5, SLOW_MS * 1.5]) shares.measured('slow', ms);
  expect(takeAll(shares, 'slow')).toHaveLength(1);
});

test('a tenant that is fast again gets its whole share', () => {
  const shares = createTenantShares(8);
  for (let attempts = 0; attempts < 20; attempts += 1) shares.measured('a', TIME_LIMIT_MS);
  for (let attempts = 0; attempts < 5; attempts += 1) shares.measured('a', 20);
  expect(takeAll(shares, 'a')).toHaveLength(4);
});

test('with a single slot, a slow tenant still gets it while it is free', () => {
  const shares = createTenantShares(1);
  shares.measured('slow', TIME_LIMIT_MS);
  const release = shares.take('slow');
  expect(shares.take('slow')).toBeUndefined();
  release?.();
  expect(shares.take('fast')).toBeDefined();
  expect(shares.take('slow')).toBeUndefined();
});
