import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFailoverRedis } from '@imagemill/local-stack/test-support';
import type { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { queueEnv } from '../env.ts';
import { createRenderQueue } from '../render/render-queue.ts';
import { createRenderWorker } from '../render/render-worker.ts';
import { closeAfterwards, closeQueues, renderJob } from '../test-support/queue-harness.ts';
import {
  createConsumerConnection,
  createProducerConnection,
  createReaderConnection,
  redisAddress,
} from './connection.ts';

afterEach(closeQueues);

const addressOf = (env: Readonly<Record<string, string>>) => redisAddress(z.object(queueEnv).parse(env));

test('every kind of connection and a worker follow the sentinels to the new primary when the old one is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-sentinel-'));
  const servers = await startFailoverRedis(dir, { downAfterMs: 500 });
  closeAfterwards(async () => {
    await servers.stop();
    await rm(dir, { recursive: true });
  });
  const address = addressOf(servers.env);
  const producer = createProducerConnection(address);
  const [reader, consumer] = [createReaderConnection(address), createConsumerConnection(address)];
  const all = [producer, reader, consumer];
  const handle = async () => ({ outcome: 'ready' }) as const;
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 2, handle, onError: () => {} });
  closeAfterwards(async () => {
    await worker.close(5_000);
    for (const redis of all) redis.disconnect();
  });
  for (const redis of all) redis.on('error', () => {});
  await vi.waitUntil(() => all.every(({ status }) => status === 'ready'));
  const queue = createRenderQueue({ connection: producer, prefix });
  const status = async (job: ReturnType<typeof renderJob>) =>
    (await queue.find(job.imageId).catch(() => undefined))?.status;
  const [before, parked, after] = [renderJob(), renderJob(), renderJob()];
  await queue.add(before, 0);
  await queue.awaitUploads([parked], 600_000);
  await vi.waitUntil(async () => (await status(before)) === 'ready');
  // The replica has both.
  expect(await producer.wait(1, 5_000)).toBe(1);

  const old = await servers.primaryUrl();
  await servers.killPrimary();
  expect(await servers.primaryUrl()).not.toBe(old);

  const writes = async (redis: Redis) => (await redis.set(`${prefix}:key`, 'there', 'EX', 60).catch(() => '')) === 'OK';
  await Promise.all(all.map((redis) => vi.waitUntil(() => writes(redis))));
  await queue.add(after, 0);
  await queue.reportUpload(parked.imageId);
  await vi.waitUntil(async () => (await status(after)) === 'ready' && (await status(parked)) === 'ready');
  expect(await status(before)).toBe('ready');
});

/** What ioredis keeps of its sentinels. */
interface Followed {
  readonly stream: { destroy(): void };
  readonly connector: { failoverDetector: { sentinels: { client: { emit(event: string, channel: string): void } }[] } };
}

test('the news of a failover does not end a connection that is being made', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-sentinel-'));
  const servers = await startFailoverRedis(dir);
  closeAfterwards(async () => {
    await servers.stop();
    await rm(dir, { recursive: true });
  });
  const redis = createProducerConnection(addressOf(servers.env));
  closeAfterwards(async () => redis.disconnect());
  redis.on('error', () => {});
  const { connector } = redis as unknown as Followed;
  await vi.waitUntil(() => redis.status === 'ready' && connector.failoverDetector !== null);
  const { sentinels } = connector.failoverDetector;
  const connecting = once(redis, 'connecting');
  (redis as unknown as Followed).stream.destroy();
  await connecting;
  // Each of the sentinels that the closed connection was subscribed to.
  for (const { client } of sentinels) client.emit('message', '+switch-master');
  await vi.waitUntil(async () => (await redis.ping().catch(() => '')) === 'PONG');
});

test.each([
  ['10.0.0.1', [{ host: '10.0.0.1', port: 26_379 }]],
  [
    'a.example:1, b-2.example:2',
    [
      { host: 'a.example', port: 1 },
      { host: 'b-2.example', port: 2 },
    ],
  ],
  ['[2001:db8::1]:26380', [{ host: '2001:db8::1', port: 26_380 }]],
])('%s are addresses of sentinels', (text, sentinels) => {
  const { options } = addressOf({
    REDIS_URL: 'rediss://user:secret@x/3',
    REDIS_SENTINELS: text,
    REDIS_SENTINEL_TLS: 'true',
  });
  expect(options).toMatchObject({
    sentinels,
    name: 'mymaster',
    enableTLSForSentinelMode: true,
    tls: {},
    sentinelTLS: {},
  });
});

test.each(['', ',', 'a:b', 'a:1,,b:2', 'http://a:1', 'user@a:1', 'a:99999'])(
  '%j are not addresses of sentinels',
  (text) => {
    expect(z.object(queueEnv).safeParse({ REDIS_URL: 'redis://x', REDIS_SENTINELS: text }).success).toBe(false);
  },
);
