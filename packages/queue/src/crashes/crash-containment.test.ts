import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

const DYING_WORKER = fileURLToPath(new URL('../test-support/dying-worker.ts', import.meta.url));

afterEach(closeQueues);

interface Begun {
  readonly imageId: string;
  readonly running: number;
}

/** A worker process that the poison job kills once `waitFor` jobs are running. */
function dyingWorker(prefix: string, poison: string, waitFor: number) {
  const args = [DYING_WORKER, inject('servers').redisUrl, prefix, poison, String(waitFor)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const begun: Begun[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => begun.push(JSON.parse(line)));
  const exited = once(child, 'exit');
  closeAfterwards(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { begun, exited };
}

/** Adds deaths that are like the ones before. */
const addDeaths = (redis: Redis, prefix: string, imageId: string, deaths: number) =>
  redis.incrby(`${prefix}:starts:${imageId}`, deaths);

test('an image that crashes its process once and then five times alone becomes a dead letter, and the concurrent jobs succeed', async () => {
  const { queue, status, raw, redis, prefix } = await queueHarness();
  const images = [renderJob(), renderJob(), renderJob(), renderJob()];
  const [poison, ...innocent] = images as [(typeof images)[0], ...typeof images];
  for (const image of images) await queue.add(image, 0);

  const first = dyingWorker(prefix, poison.imageId, images.length);
  expect((await first.exited)[1]).toBe('SIGKILL');
  expect(first.begun).toHaveLength(images.length);
  await addDeaths(redis, prefix, poison.imageId, 4);

  const sixth = dyingWorker(prefix, poison.imageId, 1);
  expect((await sixth.exited)[1]).toBe('SIGKILL');
  const last = dyingWorker(prefix, poison.imageId, 1);
  await vi.waitUntil(async () => (await status(poison.imageId)) === 'failed');
  await Promise.all(innocent.map(({ imageId }) => vi.waitUntil(async () => (await status(imageId)) === 'ready')));
  expect([...sixth.begun, ...last.begun].filter(({ running }) => running > 1)).toEqual([]);
  expect(last.begun.map(({ imageId }) => imageId)).not.toContain(poison.imageId);
  const { deadLetters } = await queue.deadLetters.list({ cursor: 0, limit: 10 });
  expect(deadLetters).toMatchObject([{ imageId: poison.imageId, code: 'crashed-worker' }]);
  expect((await raw.getJob(poison.imageId))?.attemptsMade).toBe(1);
});

test('an image whose process was killed five times is rendered, and its deaths are forgotten', async () => {
  const { queue, status, redis, prefix, work } = await queueHarness();
  const image = renderJob();
  await addDeaths(redis, prefix, image.imageId, 5);
  await queue.add(image, 0);
  work(async () => ({ outcome: 'ready' }));
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
  expect(await redis.exists(`${prefix}:starts:${image.imageId}`)).toBe(0);
});

test('a redriven image that crashed its process is tried again', async () => {
  const { queue, status, redis, prefix, work } = await queueHarness();
  const poison = renderJob();
  await addDeaths(redis, prefix, poison.imageId, 5);
  await queue.add(poison, 0);
  await dyingWorker(prefix, poison.imageId, 1).exited;
  work(async () => ({ outcome: 'ready' }), { lockDurationMs: 1_000 });
  await vi.waitUntil(async () => (await status(poison.imageId)) === 'failed');
  expect(await queue.deadLetters.redrive(poison.imageId)).toBe(true);
  await vi.waitUntil(async () => (await status(poison.imageId)) === 'ready');
});
