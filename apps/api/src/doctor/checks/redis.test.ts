import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@imagemill/local-stack';
import { createProducerConnection, readRedisHealth } from '@imagemill/queue';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { redisCheck } from './redis.ts';

let dir: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let redis: ReturnType<typeof createProducerConnection>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-doctor-'));
  server = await startRedis({ dir });
  redis = createProducerConnection(server.url);
  await vi.waitUntil(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true });
});

const check = async () => redisCheck(async () => redis).run(new AbortController().signal);
const wrong = async () => (await check()).filter(({ result }) => result === 'problem').map(({ message }) => message);

test('accepts a Redis that is configured for the queue', async () => {
  expect(await wrong()).toEqual([]);
  expect((await check()).map(({ message }) => message)).toContain('jobs are appended to a file');
});

test.skipIf(process.env.REDIS_URL)('warns of a Redis without an append-only file', async () => {
  const shared = createProducerConnection(inject('servers').redisUrl);
  onTestFinished(() => shared.disconnect());
  await vi.waitUntil(() => shared.status === 'ready');
  expect(await redisCheck(async () => shared).run(new AbortController().signal)).toContainEqual(
    expect.objectContaining({ result: 'warning', message: expect.stringContaining('no append-only file') }),
  );
});

test('reports an eviction policy that loses jobs, and a memory that is almost full', async () => {
  const { usedBytes } = await readRedisHealth(redis);
  await redis.config('SET', 'maxmemory', Math.round(usedBytes * 1.1), 'maxmemory-policy', 'allkeys-lru');
  expect(await wrong()).toEqual([
    expect.stringContaining('maxmemory-policy is allkeys-lru'),
    expect.stringMatching(/\d\d %|100 % of maxmemory/),
  ]);
  await redis.config('SET', 'maxmemory', 0, 'maxmemory-policy', 'noeviction');
});

test('reports a replica', async () => {
  await redis.replicaof('127.0.0.1', 1);
  expect(await wrong()).toContainEqual('this is a replica, which rejects writes');
  await redis.replicaof('NO', 'ONE');
});
