import { randomUUID } from 'node:crypto';
import { createProducerConnection } from '@imagemill/queue';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createRenderLock } from './render-lock.ts';

const connection = createProducerConnection(inject('servers').redisUrl);
beforeAll(() => vi.waitUntil(() => connection.status === 'ready'));
afterAll(() => connection.disconnect());

const never = new AbortController().signal;
const prefix = () => `edge-lock-${randomUUID().slice(0, 8)}`;
/** The lease is longer than a busy machine stops a process. */
const times = { leaseMs: 2_000, pollMs: 10, storedMs: 60_000 };

test('only one of many has the lock of a key; keys do not affect each other', async () => {
  const lock = createRenderLock(connection, prefix(), times);
  let holders = 0;
  let holdersMax = 0;
  const hold = async () => {
    const held = await lock.enter('key', never);
    holders += 1;
    holdersMax = Math.max(holdersMax, holders);
    await connection.ping();
    holders -= 1;
    await held.leave(false);
  };
  const other = await lock.enter('other', never);
  await Promise.all(Array.from({ length: 8 }, hold));
  expect(holdersMax).toBe(1);
  await other.leave(false);
});

test.each([true, false])(
  'processes that waited learn that the key may be stored, whether its holder says so: %s',
  async (isStored) => {
    const lock = createRenderLock(connection, prefix(), times);
    const held = await lock.enter('key', never);
    expect(held.mayBeStored).toBe(false);
    const pass = async () => {
      const { mayBeStored, leave } = await lock.enter('key', never);
      await leave(mayBeStored);
      return mayBeStored;
    };
    const waiting = [pass(), pass()];
    await connection.ping();
    await held.leave(isStored);
    expect(await Promise.all(waiting)).toEqual([true, true]);
  },
);

test('a process that did not wait learns that the key may be stored, for longer than its request may take', async () => {
  const name = prefix();
  const lock = createRenderLock(connection, name);
  const first = await lock.enter('key', never);
  await first.leave(true);
  const longestRequestMs = 50_000;
  expect(await connection.pttl(`${name}:edge:render:key`)).toBeGreaterThan(longestRequestMs);
  const next = await lock.enter('key', never);
  expect(next.mayBeStored).toBe(true);
  await expect(lock.enter('key', AbortSignal.timeout(50))).rejects.toThrow('timeout');
  await next.leave(false);
  expect((await lock.enter('key', never)).mayBeStored).toBe(false);
});

test('a wait asks less often the longer it lasts, down to twice a second', async () => {
  const name = prefix();
  const held = await createRenderLock(connection, name).enter('key', never);
  const pauses: number[] = [];
  const pause = async (ms: number) => {
    pauses.push(ms);
    if (pauses.length === 10) await held.leave(false);
  };
  const next = await createRenderLock(connection, name, {}, pause).enter('key', never);
  await next.leave(false);
  expect(pauses).toHaveLength(10);
  for (const [index, ms] of pauses.entries()) {
    const middle = Math.min(500, 50 * 1.5 ** index);
    expect(ms).toBeGreaterThanOrEqual(0.5 * middle);
    expect(ms).toBeLessThan(1.5 * middle);
  }
});

test('a lock outlives its lease while its holder lives, and ends when its holder dies', async () => {
  const own = createProducerConnection(inject('servers').redisUrl);
  await vi.waitUntil(() => own.status === 'ready');
  const name = prefix();
  await createRenderLock(own, name, times).enter('key', never);
  const survivor = createRenderLock(connection, name, times);
  const early = survivor.enter('key', AbortSignal.timeout(1.5 * times.leaseMs));
  await expect(early).rejects.toThrow('timeout');
  own.disconnect();
  const next = await survivor.enter('key', never);
  await next.leave(false);
});

test('a holder that has lost its lock does not end that of the next one', async () => {
  const name = prefix();
  const lock = createRenderLock(connection, name, times);
  const paused = await lock.enter('key', never);
  await connection.del(`${name}:edge:render:key`);
  const next = await lock.enter('key', never);
  await paused.leave(true);
  await expect(lock.enter('key', AbortSignal.timeout(50))).rejects.toThrow('timeout');
  await next.leave(false);
});

test('throws an error that lets finished images be rendered without it if Redis is away', async () => {
  const away = createProducerConnection('redis://127.0.0.1:1');
  away.on('error', () => {});
  await expect(createRenderLock(away, prefix(), times).enter('key', never)).rejects.toMatchObject({
    code: 'queue-unavailable',
  });
  away.disconnect();
});
