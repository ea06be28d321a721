import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createListenerLimits } from './listener-limits.ts';

const limits = (more: Partial<Parameters<typeof createListenerLimits>[0]> = {}) =>
  createListenerLimits({
    listenersMax: 100,
    listenersPerTenantMax: 50,
    listenersPerImageMax: 10,
    listenersPerTokenMax: 5,
    ...more,
  });
const acme = Tenant.parse('acme');
const image = () => ImageId.parse(uuidv7());
const byKey = { tenant: acme, byToken: false };
const byToken = { tenant: acme, byToken: true };

/** How many followers get a place. */
function places(take: () => unknown): number {
  for (let count = 0; ; count += 1) {
    try {
      take();
    } catch {
      return count;
    }
  }
}

test('a follow token takes its share of its image, and leaves the rest of the image to API keys', () => {
  const { take } = limits();
  const imageId = image();
  expect(places(() => take({ ...byToken, imageId }))).toBe(5);
  expect(places(() => take({ ...byKey, imageId }))).toBe(5);
  expect(() => take({ ...byToken, imageId })).toThrow('This image');
});

test('all follow tokens of a tenant leave a fifth of its places to API keys', () => {
  const { take } = limits();
  expect(places(() => take({ ...byToken, imageId: image() }))).toBe(40);
  expect(places(() => take({ ...byKey, imageId: image() }))).toBe(10);
});

test('all follow tokens of all tenants leave a fifth of the process to API keys', () => {
  const { take } = limits({ listenersPerTenantMax: 1_000 });
  const tenants = ['one', 'two'].map((name) => Tenant.parse(name));
  const ofTokens = tenants.map((tenant) => places(() => take({ tenant, byToken: true, imageId: image() })));
  expect(ofTokens).toEqual([80, 0]);
  expect(places(() => take({ ...byKey, imageId: image() }))).toBe(20);
});

test('a tenant leaves a fifth of the process to others, with any number of keys and any limit of its own', () => {
  const { take } = limits({ listenersPerTenantMax: 1_000 });
  // Keys are not told apart: all of a tenant's connections count together.
  expect(places(() => take({ ...byKey, imageId: image() }))).toBe(80);
  expect(() => take({ ...byKey, imageId: image() })).toThrow('This server');
  expect(places(() => take({ ...byKey, tenant: Tenant.parse('other'), imageId: image() }))).toBe(20);
});

test('an image of another tenant with the same id has its own places, and a place is released once', () => {
  const { take } = limits({ listenersPerImageMax: 1 });
  const imageId = image();
  const release = take({ ...byKey, imageId });
  take({ ...byKey, imageId, tenant: Tenant.parse('other') });
  release();
  release();
  take({ ...byKey, imageId });
  expect(() => take({ ...byKey, imageId })).toThrow();
});
