import { AppError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

const HOUR_MS = 3600_000;
const FIVE_MINUTES_MS = 300_000;

/** Moves all times of a job back by one hour. */
async function age(raw: Queue, redis: Redis, imageId: ImageId): Promise<void> {
  const key = raw.toKey(imageId);
  const fields = ['timestamp', 'processedOn', 'readyAt'];
  const times = await redis.hmget(key, ...fields);
  for (const [index, time] of times.entries()) {
    if (time !== null) await redis.hset(key, fields[index] ?? '', Number(time) - HOUR_MS);
  }
}

class Fault extends AppError {
  constructor(retryable: boolean) {
    super({ code: 'storage-unavailable', retryable, publicMessage: 'The storage is unavailable.' });
  }
}

test('the time before the upload does not count as waiting', async () => {
  const { queue, raw, redis } = await queueHarness();
  const image = renderJob();
  await queue.add(image, 2 * HOUR_MS);
  await age(raw, redis, image.imageId);
  await queue.reportUpload(image.imageId);
  expect((await queue.backlog()).oldestWaitingMs).toBeLessThan(FIVE_MINUTES_MS);
});

test('a failed job waits from the end of its backoff', async () => {
  const { queue, raw, work, redis } = await queueHarness();
  const image = renderJob();
  const { worker } = work(async () => {
    throw new Fault(true);
  });
  await queue.add(image, 0);
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  await worker.close(5_000);
  const backoffMs = (await raw.getJob(image.imageId))?.delay ?? 0;
  expect(backoffMs).toBeGreaterThan(0);
  // As a worker does at the end of the backoff: it moves the job to waiting and drops the delay.
  await (await raw.getJob(image.imageId))?.promote();
  expect((await queue.backlog()).oldestWaitingMs).toBe(0);
  await age(raw, redis, image.imageId);
  const { oldestWaitingMs } = await queue.backlog();
  expect(oldestWaitingMs).toBeGreaterThan(HOUR_MS - backoffMs - 1);
  expect(oldestWaitingMs).toBeLessThan(HOUR_MS);
});

test('a job that ran before its upload waits from the report', async () => {
  const { queue, raw, work, redis } = await queueHarness();
  const image = renderJob();
  await queue.add(image, 0);
  await age(raw, redis, image.imageId);
  const { worker } = work(async () => ({ outcome: 'postponed', reason: 'not-uploaded' }));
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  await worker.close(5_000);
  const before = Date.now();
  await queue.reportUpload(image.imageId);
  expect((await queue.backlog()).oldestWaitingMs).toBeLessThanOrEqual(Date.now() - before);
});

test('a job that ends an overdue upload waits from its start', async () => {
  const { queue, raw, redis } = await queueHarness();
  const image = renderJob();
  await queue.add(image, 1_000);
  await age(raw, redis, image.imageId);
  const before = Date.now();
  await queue.endUpload(image.imageId);
  const { waiting, oldestWaitingMs } = await queue.backlog();
  expect(waiting).toBe(1);
  expect(oldestWaitingMs).toBeLessThanOrEqual(Date.now() - before);
});

test('a redriven dead letter waits from its redrive', async () => {
  const { queue, raw, work, status, redis } = await queueHarness();
  const image = renderJob();
  const { worker } = work(async () => {
    throw new Fault(false);
  });
  await queue.add(image, 0);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'failed');
  await worker.close(5_000);
  await age(raw, redis, image.imageId);
  const before = Date.now();
  await queue.deadLetters.redrive(image.imageId);
  expect((await queue.backlog()).oldestWaitingMs).toBeLessThanOrEqual(Date.now() - before);
});

test('an expired image with a late upload waits from the report', async () => {
  const { queue, raw, work, status, redis } = await queueHarness();
  const image = renderJob();
  const { worker } = work(async () => ({ outcome: 'expired' }));
  await queue.add(image, 0);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'expired');
  await worker.close(5_000);
  await age(raw, redis, image.imageId);
  const before = Date.now();
  await queue.reportUpload(image.imageId);
  const { waiting, oldestWaitingMs } = await queue.backlog();
  expect(waiting).toBe(1);
  expect(oldestWaitingMs).toBeLessThanOrEqual(Date.now() - before);
});
