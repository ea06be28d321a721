import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;
let api: Harness;
beforeAll(async () => {
  api = await createApiHarness();
});
afterAll(() => api.close());

describe('health', () => {
  test('is ready if Redis and the buckets answer', async () => {
    const response = await api.app.request('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { redis: 'ok', originalsBucket: 'ok', cdnBucket: 'ok' },
    });
  });

  test('is alive, but not ready, without them', async () => {
    const cut = await createApiHarness({ redisUrl: 'redis://127.0.0.1:1', s3Endpoint: 'http://127.0.0.1:1' });
    expect((await cut.app.request('/healthz')).status).toBe(200);
    const response = await cut.app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ checks: { redis: 'unavailable', originalsBucket: 'unavailable' } });
    await cut.close();
  });
});
