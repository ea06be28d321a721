import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { ApiBindings } from '../http/bindings.ts';
import { createApiHarness, useApi } from '../test-support/api-harness.ts';
import { health } from './health.ts';

const api = useApi();

describe('health', () => {
  test('is ready if Redis and the buckets answer', async () => {
    const response = await api.app.request('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { redis: 'ok', originalsBucket: 'ok', cdnBucket: 'ok' },
    });
  });

  test('is probed once for all requests of a second', async () => {
    let pings = 0;
    const app = new Hono<ApiBindings>();
    const probe = async () => {
      pings += 1;
    };
    health(app, { queue: { ping: probe }, originals: { probe }, cdn: { probe } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.request('/readyz')));
    expect([answers.map(({ status }) => status), pings]).toEqual([Array(20).fill(200), 3]);
  });

  test.each([
    ['originals', { originalsBucket: 'unavailable' }],
    ['cdn', { cdnBucket: 'unavailable' }],
  ] as const)('stays ready without the %s bucket, because most requests need none', async (name, checks) => {
    const app = new Hono<ApiBindings>();
    const probe = async () => {};
    const away = { probe: () => Promise.reject(new Error('The bucket is away.')) };
    health(app, { queue: { ping: probe }, originals: { probe }, cdn: { probe }, [name]: away });
    const response = await app.request('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'degraded', checks });
  });

  test('is alive, but not ready, without Redis and the buckets', async () => {
    const cut = await createApiHarness({ redisUrl: 'redis://127.0.0.1:1', s3Endpoint: 'http://127.0.0.1:1' });
    expect((await cut.app.request('/healthz')).status).toBe(200);
    const response = await cut.app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ checks: { redis: 'unavailable', originalsBucket: 'unavailable' } });
    await cut.close();
  });
});
