import { hashApiKey, newApiKey } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { describe, expect, test, vi } from 'vitest';
import { type ApiHarness, createApiHarness, photo, useApi } from '../test-support/api-harness.ts';

const CACHE_MS = 400;
/** Tolerance for a busy machine. */
const SLACK_MS = 1_500;
const soon = { timeout: 5_000, interval: 10 };

const api = useApi({ inTests: { authenticator: { cacheMs: CACHE_MS } } });

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];

async function keyOf(tenant: Tenant, more: { scopes?: ('upload' | 'admin')[]; expiresAt?: Date } = {}) {
  const { key, stored } = await api.keyStore.create({ tenant, scopes: ['upload'], ...more });
  return { key, id: stored.id };
}

/** Requests a ticket; the status of the response, or the code of its problem. */
async function ask(key: string, harness = api): Promise<unknown> {
  const { status, body } = await harness.call('POST', '/v1/images/upload-url', photo, key);
  return body.code ?? status;
}

test('identifies the tenant of a key from Redis', async () => {
  const [mine, theirs] = [await keyOf(acme), await keyOf(other)];
  const { body } = await api.call('POST', '/v1/images/upload-url', photo, mine.key);
  const read = async (key: string) => (await api.call('GET', `/v1/images/${body.imageId}`, undefined, key)).status;
  expect({ mine: await read(mine.key), configured: await read(api.keys.acme) }).toEqual({ mine: 200, configured: 200 });
  expect(await read(theirs.key)).toBe(404);
});

test('grants a key its scopes and no others', async () => {
  const { key } = await keyOf(acme, { scopes: ['admin'] });
  expect(await ask(key)).toBe('missing-scope');
  expect((await api.call('GET', '/v1/backlog', undefined, key)).status).toBe(200);
});

test.each([
  ['of another secret', () => newApiKey()],
  ['that is truncated', (key: string) => key.slice(0, -1)],
  ['with a suffix', (key: string) => `${key}a`],
  ['in upper case', (key: string) => key.toUpperCase()],
  ['that is the hash of one', (key: string) => hashApiKey(key).toString('hex')],
  ['that is the id of one', (_key: string, id: string) => id],
])('rejects a key %s, even while the real key is cached', async (_what, forge) => {
  const { key, id } = await keyOf(acme);
  expect(await ask(key)).toBe(201);
  expect(await ask(forge(key, id))).toBe('unauthorized');
});

test('keys rotate without downtime: both work until the old one is revoked', async () => {
  const [old, next] = [await keyOf(acme), await keyOf(acme)];
  expect([await ask(old.key), await ask(next.key)]).toEqual([201, 201]);
  await api.keyStore.revoke(old.id);
  await vi.waitUntil(async () => (await ask(old.key)) === 'unauthorized', soon);
  expect(await ask(next.key)).toBe(201);
});

test('rejects a revoked key once its cache entry expires, however often it is used', async () => {
  const { key, id } = await keyOf(acme);
  expect(await ask(key)).toBe(201);
  await api.keyStore.revoke(id);
  const revokedAt = performance.now();
  await vi.waitUntil(async () => (await ask(key)) === 'unauthorized', soon);
  expect(performance.now() - revokedAt).toBeLessThan(CACHE_MS + SLACK_MS);
  expect(await ask(key)).toBe('unauthorized');
});

test('a process without the key in its cache rejects it at once', async () => {
  const { key, id } = await keyOf(acme);
  await api.keyStore.revoke(id);
  expect(await ask(key)).toBe('unauthorized');
});

test('reports an expired key from the moment it expires, even while it is cached', async () => {
  const lasting = await createApiHarness({ beside: api, inTests: { authenticator: { cacheMs: 60_000 } } });
  const expiresAt = new Date(Date.now() + 700);
  const { key } = await keyOf(acme, { expiresAt });
  expect(await ask(key, lasting)).toBe(201);
  await vi.waitUntil(() => Date.now() >= expiresAt.getTime(), soon);
  expect([await ask(key, lasting), await ask(key)]).toEqual(['key-expired', 'key-expired']);
  await lasting.close();
});

test('records the use of a key under an id that does not reveal it', async () => {
  const { key, id } = await keyOf(acme);
  expect(await ask(id)).toBe('unauthorized');
  await ask(key);
  await vi.waitUntil(
    async () => (await api.keyStore.list()).find((listed) => listed.id === id)?.usedAt !== undefined,
    soon,
  );
});

describe('while Redis is unavailable', () => {
  const read = (key: string, harness: ApiHarness) => harness.call('GET', '/v1/backlog', undefined, key);

  test('accepts a configured key, and neither accepts nor rejects a key that is only in Redis', async () => {
    const cut = await createApiHarness({ redisUrl: 'redis://127.0.0.1:1' });
    expect((await read(cut.keys.admin, cut)).body.code).toBe('queue-unavailable');
    const { status, body, headers } = await read(newApiKey(), cut);
    expect({ status, code: body.code, retryAfter: headers.get('retry-after') }).toEqual({
      status: 503,
      code: 'keys-unavailable',
      retryAfter: '5',
    });
    expect((await read('nokeyatall', cut)).status).toBe(401);
    await cut.close();
  });

  test('accepts a cached key until its cache entry expires, then looks it up again', async () => {
    const { key } = await keyOf(acme, { scopes: ['admin'] });
    // A separate connection, which can be cut without cutting the queue's.
    const lines = await createApiHarness({ beside: api });
    const authenticator = { store: lines.keyStore, cacheMs: CACHE_MS };
    const cut = await createApiHarness({ beside: api, inTests: { authenticator } });
    const seenAt = performance.now();
    expect((await read(key, cut)).status).toBe(200);
    await lines.close();
    expect((await read(key, cut)).status).toBe(200);
    await vi.waitUntil(async () => (await read(key, cut)).body.code === 'keys-unavailable', soon);
    expect(performance.now() - seenAt).toBeLessThan(CACHE_MS + SLACK_MS);
    await cut.close();
  });
});
