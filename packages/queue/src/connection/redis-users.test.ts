import { randomUUID } from 'node:crypto';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { type RedisProgram, redisPrograms, redisUserRules } from './redis-users.ts';

const { redisUrl } = inject('servers');
const prefix = `users-${randomUUID().slice(0, 8)}`;
const open: Redis[] = [];
afterAll(() => {
  for (const redis of open) redis.disconnect();
});

async function connectAs(program: RedisProgram): Promise<Redis> {
  const redis = new Redis(await addRedisUser(redisUrl, redisUserRules(program, prefix)));
  open.push(redis);
  return redis;
}

const script = (command: string) => `return redis.call(${command})`;

/** What a process that was taken over could do with more rights. */
const forbidden: Readonly<Record<RedisProgram, readonly (readonly string[])[]>> = {
  api: [
    // No new key, and no change of one.
    ['hset', `${prefix}:api-keys`, 'id', 'key'],
    ['hdel', `${prefix}:api-keys`, 'id'],
    ['eval', script(`'hset', KEYS[1], 'id', 'key'`), '2', `${prefix}:api-keys`, `${prefix}:api-keys:used`],
    ['set', `${prefix}:edge:render:key`, 'held'],
    ['set', `${prefix}:reconcile:position`, ''],
  ],
  worker: [
    ['hgetall', `${prefix}:api-keys`],
    ['hset', `${prefix}:api-keys`, 'id', 'key'],
    ['hset', `${prefix}:tickets:acme`, 'key', 'ticket'],
    ['del', `${prefix}:rate:reads:acme`],
  ],
  edge: [
    ['hset', `${prefix}:render:1`, 'data', '{}'],
    ['del', `${prefix}:render:1`],
    ['set', `${prefix}:deleted:1`, '1'],
    ['xadd', `${prefix}:purge-log`, '*', 'imageId', '1'],
    ['del', `${prefix}:purge-log`],
    ['eval', script(`'hset', KEYS[1], 'data', '{}'`), '1', `${prefix}:render:1`],
    ['zadd', `${prefix}:render:prioritized`, '1', '1'],
    ['bzpopmin', `${prefix}:render:marker`, '1'],
    ['hgetall', `${prefix}:api-keys`],
    ['get', `${prefix}:turns:clock`],
  ],
  keys: [
    ['hgetall', `${prefix}:render:1`],
    ['eval', script(`'del', KEYS[1]`), '1', `${prefix}:api-keys`],
  ],
};

/** No program needs any of them. */
const always = [
  ['get', 'another:key'],
  ['set', 'another:key', '1'],
  ['hgetall', 'another:render:1'],
  ...['flushall', 'flushdb', 'shutdown', 'save', 'monitor', 'dbsize', 'randomkey', 'role'].map((name) => [name]),
  ['keys', '*'],
  ['scan', '0'],
  ['config', 'get', 'requirepass'],
  ['acl', 'list'],
  ['client', 'list'],
  ['script', 'flush'],
  ['function', 'flush'],
  ['replicaof', '127.0.0.1', '1'],
  ['publish', 'channel', 'message'],
  ['subscribe', 'channel'],
  ['swapdb', '0', '1'],
  ['eval', script(`'get', 'another:key'`), '0'],
];

test.each(redisPrograms)('the Redis user of %s can run none of the commands that it does not need', async (program) => {
  const redis = await connectAs(program);
  expect(await redis.ping()).toBe('PONG');
  const outcomes = await Promise.all(
    [...always, ...forbidden[program]].map(async ([command = '', ...args]) => {
      const message = await redis.call(command, ...args).then(
        () => 'no error',
        (error: Error) => error.message,
      );
      return { command: [command, ...args].join(' '), message };
    }),
  );
  for (const { command, message } of outcomes)
    expect(message, command).toMatch(/^NOPERM|no permissions|^ERR The user executing the script can't/);
});
