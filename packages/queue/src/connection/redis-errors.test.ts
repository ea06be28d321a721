import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@imagemill/local-stack';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createProducerConnection } from './connection.ts';
import { execute, QueueUnavailableError, translateRedisErrors } from './redis-errors.ts';

afterEach(closeQueues);

describe('a server that cannot accept commands', () => {
  let dir: string;
  let server: Awaited<ReturnType<typeof startRedis>>;
  let operator: Redis;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imagemill-redis-errors-'));
    server = await startRedis({ dir, appendOnly: false });
    operator = new Redis(server.url);
  });
  afterAll(async () => {
    operator.disconnect();
    await server.stop();
    await rm(dir, { recursive: true });
  });

  const config = (name: string, value: string) => operator.config('SET', name, value);
  const script = (redis: Redis) => redis.eval(`return redis.call('SET', KEYS[1], '1')`, 1, 'key');
  const transaction = (redis: Redis) => execute(redis.multi().set('key', '1').incr('other'));

  test.each([
    ['is out of memory', () => config('maxmemory', '1'), () => config('maxmemory', '0')],
    ['is a replica', () => operator.replicaof('127.0.0.1', 1), () => operator.replicaof('NO', 'ONE')],
    ['lacks its replicas', () => config('min-replicas-to-write', '1'), () => config('min-replicas-to-write', '0')],
    [
      'does not allow the command',
      () => operator.acl('SETUSER', 'default', '-set', '-eval'),
      () => operator.acl('SETUSER', 'default', '+@all'),
    ],
  ])('because it %s is unavailable for commands, scripts and transactions', async (_what, begin, end) => {
    const redis = createProducerConnection(server.url);
    redis.on('error', () => {});
    await vi.waitUntil(() => redis.status === 'ready');
    await begin();
    try {
      for (const run of [() => redis.set('key', '1'), () => script(redis), () => transaction(redis)]) {
        await expect(translateRedisErrors<unknown>(run)).rejects.toBeInstanceOf(QueueUnavailableError);
        // A replica's connection is closed to look for the primary.
        await vi.waitUntil(() => redis.status === 'ready');
      }
    } finally {
      redis.disconnect();
      await end();
    }
  });
});

describe('an error of the client or of another Redis version', () => {
  const named = (name: string, message: string) => Object.assign(new Error(message), { name });
  const system = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

  test.each([
    named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
    named('ReplyError', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
    named('ReplyError', 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'),
    named('ReplyError', 'MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.'),
    named('ReplyError', 'NOAUTH Authentication required.'),
    named('ReplyError', 'WRONGPASS invalid username-password pair or user is disabled.'),
    named('ReplyError', 'ERR max number of clients reached'),
    named(
      'ReplyError',
      "ERR Error running script (call to f_1): @user_script:2: @user_script: 2: -READONLY You can't write against a read only replica.",
    ),
    named('AbortError', 'Command aborted due to connection close'),
    named('MaxRetriesPerRequestError', 'Reached the max retries per request limit (which is 0).'),
    named('ConnectionClosedError', 'Connection is closed.'),
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error("Socket timeout. Expecting data, but didn't receive any in 4000ms."),
    system('ECONNREFUSED', 'connect'),
    system('ECONNRESET', 'read'),
    system('EPIPE', 'write'),
    system('EAI_AGAIN', 'getaddrinfo'),
  ])('%s is unavailable', async (error) => {
    const translated = translateRedisErrors(() => Promise.reject(error));
    await expect(translated).rejects.toMatchObject({ code: 'queue-unavailable', retryable: true, cause: error });
  });
});

describe('a bug is rethrown unchanged:', () => {
  test.each([
    ['a TypeError', () => Promise.resolve((undefined as unknown as { id: string }).id)],
    ['a schema error', async () => z.string().parse(1)],
    ['broken JSON', async () => JSON.parse('cut o')],
    ['an aborted signal', async () => AbortSignal.abort().throwIfAborted()],
  ])('%s', async (_what, run) => {
    const thrown = await translateRedisErrors<unknown>(async () => run()).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).not.toHaveProperty('retryable');
  });

  test.each([
    ['a command for another value type', (redis: Redis, key: string) => redis.lpush(key, '1')],
    ['a script that fails', (redis: Redis) => redis.eval('return 1 + nil', 0)],
    ['an unknown command', (redis: Redis) => redis.call('NOTHING')],
    ['one command of a transaction', (redis: Redis, key: string) => execute(redis.multi().lpush(key, '1'))],
    ['a rejected transaction', (redis: Redis) => execute(redis.multi().call('NOTHING') as never)],
  ])('%s', async (_what, run) => {
    const { redis, prefix } = await queueHarness();
    const key = `${prefix}:text`;
    await redis.set(key, 'text', 'EX', 60);
    const thrown = await translateRedisErrors<unknown>(() => run(redis, key)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'ReplyError' });
  });
});

describe('an unreadable job', () => {
  const broken = [
    ['of another version', '{"of":"another version"}'],
    ['that is cut off', '{"imageId":"01'],
  ] as const;

  test.each(broken)('%s is a bug for readers of its image, not an outage', async (_what, data) => {
    const { queue, redis, raw } = await queueHarness();
    const { imageId } = renderJob();
    await redis.hset(raw.toKey(imageId), { name: 'render-image', data, opts: '{}', timestamp: 1 });
    await expect(queue.find(imageId)).rejects.toMatchObject({ code: 'unreadable-job', retryable: false });
  });

  test.each(broken)(
    '%s hides neither the backlog nor other dead letters, and can be discarded',
    async (_what, data) => {
      const { queue, redis, raw, work, status } = await queueHarness();
      const [other, unreadable] = [renderJob(), renderJob()];
      work(async () => {
        throw new Error('a fault');
      });
      await raw.add('render-image', other, { jobId: other.imageId, attempts: 1 });
      await vi.waitUntil(async () => (await status(other.imageId)) === 'failed');
      const { imageId } = unreadable;
      await redis.hset(raw.toKey(imageId), { name: 'render-image', data, opts: '{}', timestamp: 1, finishedOn: 2 });
      await redis.zadd(raw.toKey('failed'), Date.now() + 1, imageId);
      await redis.zadd(raw.toKey('prioritized'), 0, imageId);
      expect((await queue.backlog()).backlog).toBe(1);
      await redis.zrem(raw.toKey('prioritized'), imageId);

      const { deadLetters } = await queue.deadLetters.list({ cursor: 0, limit: 10 });
      expect(deadLetters.map(({ imageId, code }) => ({ imageId, code }))).toEqual([
        { imageId, code: 'unreadable-job' },
        { imageId: other.imageId, code: 'unexpected' },
      ]);
      expect(await queue.deadLetters.redriveAll({ code: 'unexpected', limit: 10 })).toEqual({
        redriven: 1,
        more: false,
      });
      expect(await queue.deadLetters.discard(imageId)).toBe(true);
      expect(await queue.find(imageId)).toBeUndefined();
    },
  );
});
