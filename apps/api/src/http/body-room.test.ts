import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createBodyRoom } from './body-room.ts';

const [acme, other, third] = ['acme', 'other', 'third'].map((name) => Tenant.parse(name)) as [Tenant, Tenant, Tenant];

test('a tenant that fills its share leaves room for others', () => {
  const room = createBodyRoom({ tenantBytesMax: 10, processBytesMax: 15 });
  expect([room.enter(acme).grow(10), room.enter(acme).grow(1), room.enter(other).grow(5)]).toEqual([true, false, true]);
  expect(room.enter(third).grow(1)).toBe(false);
});

test('a body releases its bytes once, however often it leaves', () => {
  const room = createBodyRoom({ tenantBytesMax: 10 });
  const place = room.enter(acme);
  place.grow(10);
  place.leave();
  place.leave();
  expect([room.enter(acme).grow(10), room.enter(acme).grow(1)]).toEqual([true, false]);
});
