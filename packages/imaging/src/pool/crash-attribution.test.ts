import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { misbehavingProgram, runImage, steps } from '../test-support/misbehaviour.ts';
import { createEnginePool, type EnginePool } from './create-engine-pool.ts';
import type { PoolEvent } from './pool-event.ts';

const events: PoolEvent[] = [];
const crashes = () => events.filter((event) => event.is === 'ended' && event.reason === 'crashed').length;
const normal = { at: 'inspect', by: 'nothing' } as const;
let pool: EnginePool;

beforeAll(async () => {
  pool = await createEnginePool({
    processes: 2,
    slots: 2,
    program: misbehavingProgram,
    onEvent: (event) => void events.push(event),
  });
});
afterAll(() => pool.close());

/** The process that prints this line next. */
const pidAt = (line: string) => {
  const from = events.length;
  return vi.waitUntil(
    () => events.slice(from).flatMap((event) => (event.is === 'log' && event.line === line ? [event.pid] : []))[0],
    { timeout: 60_000, interval: 5 },
  );
};

const ways = [
  'ending with SIGSEGV',
  'aborting',
  'exiting',
  'sending a long frame',
  'sending no JSON',
  'sending a result of another shape',
] as const;
// Each way at one step, and each step in one way: how a process ends does not depend on its step.
const cases = ways.map((by, index) => ({ by, at: steps[index % steps.length] ?? steps[0] }));

describe('an image that ends its process twice is rejected, and others are rendered', () => {
  test.each(cases)('$at, $by', async (image) => {
    const before = crashes();
    const beside = runImage(pool, normal);
    await expect(runImage(pool, image)).rejects.toMatchObject({ code: 'crashed-decoder', retryable: false });
    expect(await beside).toBe(5);
    await vi.waitUntil(() => crashes() === before + 2, { timeout: 60_000 });
    expect(await runImage(pool, normal)).toBe(5);
  });
});

test('the second try of an image is in a process that had no image before', async () => {
  await Promise.all([runImage(pool, normal), runImage(pool, normal)]);
  const from = events.length;
  await runImage(pool, { at: 'webp', by: 'aborting' }).catch(() => {});
  const pids = events
    .slice(from)
    .flatMap((event) => (event.is === 'log' && event.line === 'webp aborting' ? [event.pid] : []));
  const fresh = events.slice(from).flatMap((event) => (event.is === 'started' ? [event.pid] : []));
  expect(pids).toHaveLength(2);
  expect(fresh).toContain(pids[1]);
});

describe('an image whose process is killed once by something else is rendered, each rendition once', () => {
  test.each(steps)('%s', async (at) => {
    const killed = pidAt(`${at} pausing`).then((pid) => process.kill(pid, 'SIGKILL'));
    expect(await runImage(pool, { at, by: 'pausing' })).toBe(5);
    expect(await killed).toBe(true);
  });
});

test('an internal failure is not a fault of the image, and does not cost the process', async () => {
  const before = crashes();
  const run = runImage(pool, { at: 'decode', by: 'throwing an error' });
  await expect(run).rejects.toThrow('out of memory');
  await expect(run).rejects.not.toHaveProperty('code');
  expect(crashes()).toBe(before);
});
