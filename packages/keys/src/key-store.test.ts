import { randomUUID } from 'node:crypto';
import { Tenant } from '@imagemill/variants';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { apiKeyId, hashApiKey, newApiKey } from './api-key.ts';
import { KeysUnavailableError } from './errors.ts';
import { createKeyStore } from './key-store.ts';

const acme = Tenant.parse('acme');
const redis = new Redis(inject('servers').redisUrl, { lazyConnect: true });
const prefix = () => `keys-${randomUUID()}`;
const used: string[] = [];
function keyStore() {
  const own = prefix();
  used.push(`${own}:api-keys`, `${own}:api-keys:used`);
  return { store: createKeyStore(redis, own), own };
}
beforeAll(() => redis.connect());
afterAll(async () => {
  await redis.del(...used);
  redis.disconnect();
});

test('finds a key by its hash, with all its properties', async () => {
  const { store } = keyStore();
  const expiresAt = new Date(Date.now() + 60_000);
  const made = { tenant: acme, scopes: ['upload', 'admin'], name: 'shop, since May', expiresAt } as const;
  const { key, stored } = await store.create(made);
  expect(key).toMatch(/^im_live_[\w-]{43}$/);
  expect(await store.find(hashApiKey(key))).toEqual(stored);
  expect(stored).toMatchObject({ ...made, expiresAt: expiresAt.toISOString(), id: apiKeyId(hashApiKey(key)) });
});

test('stores neither the key nor its random part', async () => {
  const { store, own } = keyStore();
  const { key } = await store.create({ tenant: acme, scopes: ['upload'] });
  const kept = JSON.stringify(await redis.hgetall(`${own}:api-keys`));
  expect(kept).toContain(hashApiKey(key).toString('hex'));
  expect(kept).not.toContain(key.slice('im_live_'.length));
});

test('does not find a key whose hash has only the same first 64 bits as a stored one', async () => {
  const { store } = keyStore();
  const { key } = await store.create({ tenant: acme, scopes: ['upload'] });
  const similar = Buffer.from(hashApiKey(key));
  similar[31] = (similar[31] ?? 0) ^ 1;
  expect(apiKeyId(similar)).toBe(apiKeyId(hashApiKey(key)));
  expect(await store.find(similar)).toBeUndefined();
  expect(await store.find(hashApiKey(newApiKey()))).toBeUndefined();
});

test('a revoked key is gone, even if its use is recorded at the same time; other keys of its tenant stay', async () => {
  const { store, own } = keyStore();
  const [old, next] = [
    await store.create({ tenant: acme, scopes: ['upload'] }),
    await store.create({ tenant: acme, scopes: ['upload'] }),
  ];
  expect(await store.revoke(old.stored.id)).toBe(true);
  await store.noteUse(old.stored.id);
  expect(await store.find(hashApiKey(old.key))).toBeUndefined();
  expect(await store.find(hashApiKey(next.key))).toEqual(next.stored);
  expect(await store.list()).toEqual([next.stored]);
  expect(await redis.exists(`${own}:api-keys:used`)).toBe(0);
  expect(await store.revoke(old.stored.id)).toBe(false);
});

test("the list has the time of each key's last use", async () => {
  const { store } = keyStore();
  const [unused, inUse] = [
    await store.create({ tenant: acme, scopes: ['upload'] }),
    await store.create({ tenant: acme, scopes: ['upload'] }),
  ];
  const before = Date.now();
  await store.noteUse(inUse.stored.id);
  const listed = new Map((await store.list()).map((key) => [key.id, key.usedAt]));
  expect(listed.get(unused.stored.id)).toBeUndefined();
  expect(Date.parse(listed.get(inUse.stored.id) ?? '')).toBeGreaterThanOrEqual(before);
});

test('an unreachable Redis is a KeysUnavailableError, never an unknown key', async () => {
  const away = new Redis('redis://127.0.0.1:1', { maxRetriesPerRequest: 0, enableOfflineQueue: false });
  away.on('error', () => {});
  const store = createKeyStore(away, prefix());
  const calls = [() => store.find(hashApiKey(newApiKey())), () => store.list(), () => store.revoke('0'.repeat(16))];
  for (const call of calls) await expect(call()).rejects.toThrow(KeysUnavailableError);
  away.disconnect();
});
