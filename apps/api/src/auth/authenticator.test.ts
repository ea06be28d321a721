import { hashApiKey, newApiKey, type Scope } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ApiHarness, createApiHarness, photo, useApi } from '../test-support/api-harness.ts';
import { CACHE_MS } from './authenticator.ts';

let now = 0;
const clock = () => now;
const api = useApi({ inTests: { authenticator: { clock } } });
afterEach(() => void vi.useRealTimers());

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];

async function keyOf(tenant: Tenant, more: { scopes?: Scope[]; expiresAt?: Date } = {}) {
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

test('a key for an autoscaler reads the backlog and nothing else', async () => {
  const { key } = await keyOf(acme, { scopes: ['metrics'] });
  expect((await api.call('GET', '/v1/backlog', undefined, key)).status).toBe(200);
  expect((await api.call('GET', '/v1/dead-letters', undefined, key)).body.code).toBe('missing-scope');
  expect(await ask(key)).toBe('missing-scope');
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
  now += CACHE_MS;
  expect([await ask(old.key), await ask(next.key)]).toEqual(['unauthorized', 201]);
});

test('rejects a revoked key once its cache entry expires, however often it is used', async () => {
  const { key, id } = await keyOf(acme);
  expect(await ask(key)).toBe(201);
  await api.keyStore.revoke(id);
  now += CACHE_MS - 1;
  expect([await ask(key), await ask(key)]).toEqual([201, 201]);
  now += 1;
  expect([await ask(key), await ask(key)]).toEqual(['unauthorized', 'unauthorized']);
});

test('a process without the key in its cache rejects it at once', async () => {
  const { key, id } = await keyOf(acme);
  await api.keyStore.revoke(id);
  expect(await ask(key)).toBe('unauthorized');
});

test('reports an expired key from the moment it expires, even while it is cached', async () => {
  const { key } = await keyOf(acme, { expiresAt: new Date(Date.now() + 60_000) });
  expect(await ask(key)).toBe(201);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  expect(await ask(key)).toBe('key-expired');
  now += CACHE_MS;
  expect(await ask(key)).toBe('key-expired');
});

test('records the use of a key under an id that does not reveal it', async () => {
  const { key, id } = await keyOf(acme);
  expect(await ask(id)).toBe('unauthorized');
  await ask(key);
  await vi.waitUntil(async () => (await api.keyStore.list()).find((listed) => listed.id === id)?.usedAt !== undefined);
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
    const authenticator = { store: lines.keyStore, clock };
    const cut = await createApiHarness({ beside: api, inTests: { authenticator } });
    expect((await read(key, cut)).status).toBe(200);
    await lines.close();
    now += CACHE_MS - 1;
    expect((await read(key, cut)).status).toBe(200);
    now += 1;
    expect((await read(key, cut)).body.code).toBe('keys-unavailable');
    await cut.close();
  });
});
