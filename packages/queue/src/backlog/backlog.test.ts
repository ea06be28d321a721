import { Queue } from 'bullmq';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { jobs } from '../jobs.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

const HOUR_MS = 3600_000;

test('counts all jobs that a worker could start now, even if no worker is running', async () => {
  const { queue, raw } = await queueHarness();
  await queue.add(renderJob(), HOUR_MS);
  const retried = renderJob();
  await raw.add('render-image', retried, { jobId: retried.imageId, delay: 1 });
  const reported = renderJob();
  await queue.add(reported, HOUR_MS);
  await queue.reportUpload(reported.imageId);
  await vi.waitUntil(async () => (await queue.backlog()).delayedDue === 1);
  expect(await queue.backlog()).toMatchObject({
    backlog: 2,
    waiting: 1,
    active: 0,
    delayedDue: 1,
    looksDue: 0,
    messagesDue: 0,
    delayed: 1,
    failed: 0,
  });
});

test('counts all due looks for uploads as one job, and none that was removed', async () => {
  const { queue } = await queueHarness();
  const images = [renderJob(), renderJob(), renderJob()];
  await queue.awaitUploads(images, 1);
  await vi.waitUntil(async () => (await queue.backlog()).looksDue === 1);
  expect(await queue.backlog()).toMatchObject({ backlog: 1, waiting: 0, delayedDue: 0, delayed: 3 });
  for (const { imageId } of images) await queue.reportUpload(imageId);
  expect(await queue.backlog()).toMatchObject({ backlog: 3, waiting: 3, looksDue: 0 });
});

describe.each([jobs.deliverWebhook.queue, jobs.purgeImage.queue])('all jobs of the queue %s', (name) => {
  test.each([
    ['that wait count as one job', { backlog: 1, messagesDue: 1 }, {}],
    ['that are due count as one job, before a worker moves them', { backlog: 1, messagesDue: 1 }, { delay: 1 }],
    ['that are prioritized count as one job', { backlog: 1, messagesDue: 1 }, { priority: 2 }],
    ['that are not due yet do not count', { backlog: 0, messagesDue: 0 }, { delay: HOUR_MS }],
  ])('%s', async (_what, expected, options) => {
    const { queue, redis, prefix } = await queueHarness();
    const raw = new Queue(name, { connection: redis, prefix });
    closeAfterwards(async () => {
      await raw.obliterate({ force: true });
      await raw.close();
    });
    for (const _ of [1, 2]) await raw.add('message', {}, options);
    await vi.waitFor(async () => expect(await queue.backlog()).toMatchObject({ ...expected, waiting: 0 }));
  });
});

test('measures the wait of the next job from the report of its upload, not from its ticket', async () => {
  const { queue } = await queueHarness();
  const image = renderJob();
  await queue.add(image, HOUR_MS);
  expect((await queue.backlog()).oldestWaitingMs).toBe(0);
  const before = Date.now();
  await queue.reportUpload(image.imageId);
  await vi.waitUntil(() => Date.now() > before + 20);
  const { oldestWaitingMs } = await queue.backlog();
  expect(oldestWaitingMs).toBeGreaterThan(0);
  expect(oldestWaitingMs).toBeLessThanOrEqual(Date.now() - before);
});

test('the backlog is empty after all jobs have finished', async () => {
  const { queue, work, status } = await queueHarness();
  const image = renderJob();
  work(async () => ({ outcome: 'ready' }));
  await queue.add(image, 0);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
  expect(await queue.backlog()).toEqual({
    backlog: 0,
    waiting: 0,
    active: 0,
    delayedDue: 0,
    looksDue: 0,
    messagesDue: 0,
    delayed: 0,
    failed: 0,
    prioritized: 0,
    oldestWaitingMs: 0,
    predictedSeconds: 0,
    tenants: 1,
  });
});

test('counts prioritized jobs as waiting, and separately', async () => {
  const { queue, raw } = await queueHarness();
  const image = renderJob();
  await raw.add('render-image', image, { jobId: image.imageId, priority: 3 });
  await vi.waitUntil(async () => (await queue.backlog()).oldestWaitingMs > 0);
  expect(await queue.backlog()).toMatchObject({ backlog: 1, waiting: 1, prioritized: 1 });
});
