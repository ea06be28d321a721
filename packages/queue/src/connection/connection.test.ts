import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@imagemill/local-stack';
import type { Redis } from 'ioredis';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { createRenderWorker } from '../render/render-worker.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { proxyTo } from '../test-support/redis-proxy.ts';
import { createConsumerConnection, createProducerConnection, createReaderConnection } from './connection.ts';

afterEach(closeQueues);

const { redisUrl } = inject('servers');

const connections = [
  createProducerConnection,
  createReaderConnection,
  (url: string) => createConsumerConnection(url, { silenceMsMax: 500 }),
];

test('every kind of connection recovers from a dead connection', async () => {
  const proxy = await proxyTo(redisUrl);
  const all = connections.map((create) => create(proxy.url));
  closeAfterwards(async () => {
    for (const redis of all) redis.disconnect();
  });
  const key = `connection-${randomUUID()}`;
  for (const redis of all) {
    redis.on('error', () => {});
    await vi.waitUntil(() => redis.status === 'ready');
    await redis.set(key, 'there', 'EX', 60);
  }
  proxy.freeze();
  const isThere = async (redis: Redis) => (await redis.get(key).catch(() => undefined)) === 'there';
  await Promise.all(all.map((redis) => vi.waitUntil(() => isThere(redis))));
});

test('a process that was paused for longer than its limits still takes the replies that have arrived', async () => {
  const redis = createProducerConnection(redisUrl, { replyMs: 50, silenceMs: 100 });
  closeAfterwards(async () => redis.disconnect());
  await vi.waitUntil(() => redis.status === 'ready');
  const { stream } = redis;
  const replies = Promise.all([redis.ping(), redis.multi().ping().exec()]);
  pauseThread(1_000);
  expect(await replies).toEqual(['PONG', [[null, 'PONG']]]);
  expect(redis.stream).toBe(stream);
});

test('a command without a reply fails within its limit, and a later reply belongs to no other command', async () => {
  const redis = createProducerConnection(redisUrl, { replyMs: 50, silenceMs: 60_000 });
  closeAfterwards(async () => redis.disconnect());
  await vi.waitUntil(() => redis.status === 'ready');
  const key = `connection-${randomUUID()}`;
  await expect(redis.blpop(key, 0.2)).rejects.toThrow('Command timed out');
  await vi.waitUntil(async () => (await redis.echo(key).catch(() => undefined)) === key);
});

/** As if the process had no core: what other processes send meanwhile arrives. */
const pauseThread = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('a worker takes jobs again after its connections died', async () => {
  const { queue, prefix, status } = await queueHarness();
  const proxy = await proxyTo(redisUrl);
  const connection = createConsumerConnection(proxy.url, { silenceMsMax: 6_000 });
  const handle = async () => ({ outcome: 'ready' }) as const;
  const worker = createRenderWorker({ connection, prefix, concurrency: 1, handle, onError: () => {} });
  closeAfterwards(async () => {
    await worker.close(5_000);
    connection.disconnect();
  });
  const [before, after] = [renderJob(), renderJob()];
  await queue.add(before, 0);
  await vi.waitUntil(async () => (await status(before.imageId)) === 'ready');
  proxy.freeze();
  await queue.add(after, 0);
  await vi.waitUntil(async () => (await status(after.imageId)) === 'ready');
});

test('a connection and a worker leave a primary that was demoted to a replica', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-replica-'));
  const old = await startRedis({ dir, appendOnly: false });
  closeAfterwards(async () => {
    await old.stop();
    await rm(dir, { recursive: true });
  });
  const { queue, prefix, status } = await queueHarness();
  const proxy = await proxyTo(old.url);
  const [handler, consumer] = [createProducerConnection(proxy.url), createConsumerConnection(proxy.url)];
  const handle = async () => ({ outcome: 'ready' }) as const;
  const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 1, handle, onError: () => {} });
  closeAfterwards(async () => {
    await worker.close(5_000);
    for (const redis of [handler, consumer]) redis.disconnect();
  });
  handler.on('error', () => {});
  await vi.waitUntil(() => handler.status === 'ready');
  const job = renderJob();
  await queue.add(job, 0);

  await handler.replicaof('127.0.0.1', 1);
  proxy.pointTo(redisUrl);
  const key = `connection-${randomUUID()}`;
  await vi.waitUntil(async () => (await handler.set(key, 'there', 'EX', 60).catch(() => undefined)) === 'OK');
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
});
