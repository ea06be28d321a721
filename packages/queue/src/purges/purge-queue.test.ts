import { AppError } from '@imagemill/errors';
import { Queue } from 'bullmq';
import { afterEach, expect, test, vi } from 'vitest';
import { createConsumerConnection } from '../connection/connection.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import type { Purge } from './purge.ts';
import { PURGE_NEWS_MS } from './purge-log.ts';
import { createPurgeQueue } from './purge-queue.ts';
import { purgeSchedule } from './purge-schedule.ts';
import { createPurgeWorker, type SendPurge } from './purge-worker.ts';

afterEach(closeQueues);

async function harness() {
  const { redis, prefix } = await queueHarness();
  const raw = new Queue('purges', { connection: redis, prefix });
  closeAfterwards(async () => {
    await raw.obliterate({ force: true });
    await raw.close();
  });
  const purges = createPurgeQueue({ connection: redis, prefix });
  /** Takes purges with this receiver, and records them. */
  const work = (send: SendPurge) => {
    const sent: Purge[] = [];
    const consumer = createConsumerConnection(`redis://${redis.options.host}:${redis.options.port}`);
    const worker = createPurgeWorker({
      connection: consumer,
      prefix,
      concurrency: 2,
      onError: () => {},
      send: (purge, signal) => {
        sent.push(purge);
        return send(purge, signal);
      },
    });
    closeAfterwards(async () => {
      await worker.close(1_000);
      consumer.disconnect();
    });
    return sent;
  };
  const failed = async () => (await purges.failed.list({ cursor: 0, limit: 100 })).purges;
  return { purges, raw, redis, prefix, work, failed };
}

const refusal = (retryable: boolean) =>
  new AppError({ code: 'purge-failed', retryable, publicMessage: 'webhook: status-502' });

test('a purge that has not started covers a later one of the same image and reason, and no other', async () => {
  const { purges, raw } = await harness();
  const [image, other] = [renderJob(), renderJob()];
  await purges.add(image, 'rendered-again');
  for (const _ of [1, 2, 3]) await purges.add(image, 'deleted');
  await purges.add(other, 'deleted');
  expect(await raw.getWaitingCount()).toBe(1);
  // Each of the two images has a second purge, too.
  expect(await raw.getDelayedCount()).toBe(4);
});

test('a purge waits until every edge knows its image, and a later deletion makes it wait again', async () => {
  const { purges, raw, redis, prefix } = await harness();
  const image = renderJob();
  const logged = () => redis.xrange(`${prefix}:purge-log`, '-', '+');
  await purges.add(image, 'rendered-again');
  expect(await logged()).toEqual([]);
  await purges.add(image, 'deleted');
  await purges.add(image, 'deleted');
  const [, [loggedAt = ''] = []] = await logged();
  const [first] = await raw.getDelayed();
  expect(first?.delay).toBe(PURGE_NEWS_MS);
  expect(first?.timestamp).toBeGreaterThanOrEqual(Number.parseInt(loggedAt, 10));
});

test('what was deleted is purged a second time a minute after its last deletion, what was rendered again is not', async () => {
  const { purges, raw } = await harness();
  const image = renderJob();
  await purges.add(image, 'rendered-again');
  expect(await raw.getDelayedCount()).toBe(0);
  await purges.add(image, 'deleted');
  const [, first] = await raw.getDelayed();
  await purges.add(image, 'deleted');
  const [, second, ...others] = await raw.getDelayed();
  expect(others).toEqual([]);
  expect(second?.id).not.toBe(first?.id);
  expect(second?.delay).toBe(60_000);
});

test('a purge that is requested while one of the same image runs is sent after it', async () => {
  const { purges, work } = await harness();
  const image = renderJob();
  const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await purges.add(image, 'deleted');
  const sent = work(async () => {
    began.resolve();
    await goOn.promise;
    return 'accepted';
  });
  await began.promise;
  for (const _ of [1, 2]) await purges.add(image, 'deleted');
  expect(sent).toHaveLength(1);
  goOn.resolve();
  await vi.waitUntil(() => sent.length === 2);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
});

test('a busy CDN uses no attempt, and the purge keeps its id', async () => {
  const { purges, raw, work, failed } = await harness();
  let asked = 0;
  await purges.add(renderJob(), 'rendered-again');
  const sent = work(async () => {
    asked += 1;
    return asked <= purgeSchedule.attempts + 2 ? 'busy' : 'accepted';
  });
  while ((await raw.getCompletedCount()) === 0) {
    await raw.promoteJobs();
    await new Promise(setImmediate);
  }
  expect(sent).toHaveLength(purgeSchedule.attempts + 3);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  expect(await failed()).toEqual([]);
});

test('a purge that fails in every attempt becomes a dead letter, which can be redriven with all its attempts', async () => {
  const { purges, raw, work, failed } = await harness();
  const image = renderJob();
  let works = false;
  await purges.add(image, 'rendered-again');
  const sent = work(async () => {
    if (!works) throw refusal(true);
    return 'accepted';
  });
  while ((await raw.getFailedCount()) === 0) {
    await raw.promoteJobs();
    await new Promise(setImmediate);
  }
  const [letter] = await failed();
  expect(letter).toMatchObject({
    imageId: image.imageId,
    tenant: image.tenant,
    reason: 'rendered-again',
    code: 'purge-failed',
    message: 'webhook: status-502',
    attempts: purgeSchedule.attempts,
  });
  works = true;
  expect(await purges.failed.redrive(letter?.id ?? '')).toBe(true);
  await vi.waitUntil(async () => (await raw.getCompletedCount()) === 1);
  expect(new Set(sent.map(({ id }) => id))).toEqual(new Set([letter?.id]));
  expect(await purges.failed.redrive(letter?.id ?? '')).toBe(false);
});

test('failed purges are redriven up to a number, and discarded one by one, unreadable ones too', async () => {
  const { purges, raw, redis, prefix, work, failed } = await harness();
  for (const _ of [1, 2, 3, 4]) await purges.add(renderJob(), 'deleted');
  let works = false;
  work(async () => {
    if (!works) throw refusal(false);
    return 'accepted';
  });
  await vi.waitUntil(async () => (await failed()).length === 4);
  const [newest] = await failed();
  await redis.hset(`${prefix}:purges:${newest?.id}`, 'data', '{');
  expect((await failed())[0]).toMatchObject({ id: newest?.id, code: 'unreadable-job' });
  works = true;
  expect(await purges.failed.redriveAll({ limit: 2 })).toEqual({ redriven: 2, more: true });
  await vi.waitUntil(async () => (await raw.getCompletedCount()) === 2);
  await expect(purges.failed.redrive(newest?.id ?? '')).rejects.toMatchObject({ code: 'unreadable-job' });
  expect(await purges.failed.discard(newest?.id ?? '')).toBe(true);
  expect(await purges.failed.discard(newest?.id ?? '')).toBe(false);
  expect(await failed()).toHaveLength(1);
});

test('all attempts of a purge take about a day, with any jitter, and the first retries seconds', () => {
  for (const _ of Array.from({ length: 50 })) {
    const delays = Array.from({ length: purgeSchedule.attempts - 1 }, (_, i) => purgeSchedule.delayMs(i + 1));
    const total = delays.reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeGreaterThan(16 * 3600_000);
    expect(total).toBeLessThan(24 * 3600_000);
    expect((delays[0] ?? 0) + (delays[1] ?? 0)).toBeLessThanOrEqual(12_000);
    expect(purgeSchedule.busyMs(40)).toBeLessThanOrEqual(20 * 60_000);
  }
});
