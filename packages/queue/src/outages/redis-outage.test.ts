import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisProcess, startRedis } from '@imagemill/local-stack';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { createConsumerConnection, createProducerConnection } from '../connection/connection.ts';
import { jobs } from '../jobs.ts';
import { createRenderWorker } from '../render/render-worker.ts';
import { renderJob } from '../test-support/queue-harness.ts';
import { createBreaker } from './breaker.ts';
import { createOutages } from './outages.ts';
import { redisDependency } from './redis-dependency.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };

interface Server {
  readonly admin: Redis;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** How Redis fails, and how it recovers. */
const outages: Record<string, { begin(server: Server): Promise<unknown>; end(server: Server): Promise<unknown> }> = {
  'refuses writes': {
    begin: ({ admin }) => admin.config('SET', 'min-replicas-to-write', '1'),
    end: ({ admin }) => admin.config('SET', 'min-replicas-to-write', '0'),
  },
  'is down': { begin: (server) => server.stop(), end: (server) => server.restart() },
};

test.each(Object.keys(outages))('an outage in which Redis %s costs no job an attempt', async (how) => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-outage-'));
  let redis: RedisProcess = await startRedis({ dir });
  const { url, port } = redis;
  const admin = createProducerConnection(url);
  const consumer = createConsumerConnection(url);
  for (const connection of [admin, consumer]) connection.on('error', () => {});
  await vi.waitUntil(() => admin.status === 'ready');
  const server: Server = {
    admin,
    stop: () => redis.stop(),
    async restart() {
      redis = await startRedis({ dir, port });
    },
  };
  const prefix = 'outage';
  const breaker = createBreaker(redisDependency(consumer, prefix), { initialDelay: 50, maxDelay: 100 });
  consumer.on('close', () => void breaker.check());
  const goOn = Promise.withResolvers<void>();
  const handle = vi.fn(async (_image: unknown, { reportProgress }: { reportProgress(p: never): Promise<void> }) => {
    await goOn.promise;
    await reportProgress({ revision: 'r', total: 1, done: [] } as never);
    return { outcome: 'ready' as const };
  });
  const worker = createRenderWorker({
    connection: consumer,
    prefix,
    handle,
    concurrency: 2,
    lockDurationMs: 1_000,
    outages: createOutages([breaker]),
    onError: () => {},
  });
  const { queue: name, name: jobName } = jobs.renderImage;
  const raw = new Queue(name, { connection: admin, prefix });
  raw.on('error', () => {});
  // One attempt: if the outage used it, the job would fail.
  const images = [renderJob(), renderJob(), renderJob()];
  for (const image of images) await raw.add(jobName, image, { jobId: image.imageId, attempts: 1 });
  await vi.waitUntil(() => handle.mock.calls.length === 2, PATIENCE);

  await outages[how]?.begin(server);
  goOn.resolve();
  await vi.waitUntil(() => breaker.awayMs() !== undefined, PATIENCE);
  const before = handle.mock.calls.length;
  await vi.waitUntil(() => (breaker.awayMs() ?? 0) > 1_000, PATIENCE);
  expect(handle.mock.calls.length).toBe(before);
  await outages[how]?.end(server);

  await vi.waitUntil(() => admin.status === 'ready', PATIENCE);
  await vi.waitFor(
    async () => expect(await raw.getJobCounts('completed', 'failed')).toEqual({ completed: 3, failed: 0 }),
    PATIENCE,
  );
  expect(breaker.awayMs()).toBeUndefined();

  breaker.stop();
  await worker.close(1_000);
  await raw.close();
  for (const connection of [admin, consumer]) connection.disconnect();
  await redis.stop();
  await rm(dir, { recursive: true });
});
