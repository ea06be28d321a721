import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;

test('a job that runs before its upload is delayed again and keeps its attempts', async () => {
  const { queue, raw, work, status } = await queueHarness();
  const job = renderJob();
  await queue.add(job, 0);
  work(async () => ({ outcome: 'postponed', reason: 'not-uploaded' }));
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  const delayed = await raw.getJob(job.imageId);
  expect(delayed?.attemptsMade).toBe(0);
  expect(delayed?.attemptsStarted).toBe(1);
  expect(await status(job.imageId)).toBe('awaiting-upload');
});

test('a reported upload starts its delayed job at once', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  await queue.add(job, DAY_MS);
  work(async () => ({ outcome: 'ready' }));
  expect(await status(job.imageId)).toBe('awaiting-upload');
  await queue.reportUpload(job.imageId);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
});

test.each([
  ['has just found no upload', { outcome: 'postponed', reason: 'not-uploaded', retryAfterMs: DAY_MS }],
  ['is about to expire', { outcome: 'expired' }],
] as const)('a report that arrives while the job is active and %s is not lost', async (_when, result) => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  let runs = 0;
  await queue.add(job, 0);
  work(async () => {
    runs += 1;
    if (runs > 1) return { outcome: 'ready' };
    // The report comes after the handler's check, and cannot start an active job.
    await queue.reportUpload(job.imageId);
    return result;
  });
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
  expect(runs).toBe(2);
});

test('a wrong report starts its job only once', async () => {
  const { queue, raw, work } = await queueHarness();
  const job = renderJob();
  let runs = 0;
  await queue.add(job, DAY_MS);
  work(async () => {
    runs += 1;
    return { outcome: 'postponed', reason: 'not-uploaded' };
  });
  await queue.reportUpload(job.imageId);
  await vi.waitUntil(async () => runs === 2 && (await raw.getDelayedCount()) === 1);
  expect((await raw.getJob(job.imageId))?.delay).toBeGreaterThan(5_000);
});

test('an upload that arrives after its image has expired is processed', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  let isThere = false;
  work(async () => ({ outcome: isThere ? 'ready' : 'expired' }));
  await queue.add(job, 0);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'expired');
  isThere = true;
  expect(await queue.reportUpload(job.imageId)).toBe(true);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
});

test('a report for a ready image starts nothing', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  let runs = 0;
  work(async () => {
    runs += 1;
    return { outcome: 'ready' };
  });
  await queue.add(job, 0);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
  await queue.reportUpload(job.imageId);
  expect(await status(job.imageId)).toBe('ready');
  expect(runs).toBe(1);
});
