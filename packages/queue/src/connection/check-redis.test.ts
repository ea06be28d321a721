import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@imagemill/local-stack';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkRedis } from './check-redis.ts';
import { createConsumerConnection } from './connection.ts';

let dir: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let redis: ReturnType<typeof createConsumerConnection>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-check-'));
  server = await startRedis({ dir, appendOnly: false });
  redis = createConsumerConnection(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true });
});

test('accepts a Redis that is configured for the queue', async () => {
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  expect(await checkRedis(redis)).toEqual([]);
});

test('reports an eviction policy and clock skew', async () => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  vi.useFakeTimers({ now: Date.now() + 90_000, toFake: ['Date'] });
  const problems = await checkRedis(redis).finally(() => vi.useRealTimers());
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain('maxmemory-policy is allkeys-lru');
  expect(problems[1]).toMatch(/\d{5} ms apart/);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
});
