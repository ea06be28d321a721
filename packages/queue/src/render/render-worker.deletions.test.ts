import { AppError } from '@imagemill/errors';
import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;

test.each(['ready', 'failed'] as const)(
  'a deletion that is requested just before its active job ends as %s runs the job again',
  async (end) => {
    const { queue, raw, work, status } = await queueHarness();
    const job = renderJob();
    let runs = 0;
    await queue.add(job, 0);
    work(async () => {
      runs += 1;
      if (runs > 1) return { outcome: 'deleted' };
      await queue.requestDeletion(job);
      if (end === 'failed') throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
      return { outcome: end };
    });
    await vi.waitUntil(async () => runs === 2 && (await raw.getCompletedCount()) === 1);
    expect(await status(job.imageId)).toBe('deleted');
  },
);

test.each(['ready', 'failed', 'waiting', 'gone'] as const)(
  'an image with a job that is %s is deleted by a worker',
  async (before) => {
    const { queue, work, status } = await queueHarness();
    const job = renderJob();
    let toDelete = false;
    if (before !== 'gone') await queue.add(job, before === 'waiting' ? DAY_MS : 0);
    work(async () => {
      if (toDelete) return { outcome: 'deleted' };
      if (before === 'failed') throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
      return { outcome: 'ready' };
    });
    if (before === 'ready' || before === 'failed') {
      await vi.waitUntil(async () => (await status(job.imageId)) === before);
    }
    toDelete = true;
    await queue.requestDeletion(job);
    expect(await status(job.imageId)).toBe('deleted');
    await vi.waitUntil(async () => (await queue.backlog()).backlog === 0);
    expect(await status(job.imageId)).toBe('deleted');
  },
);

test('an image stays deleted for its tenant while its deletion is retried', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  const seen = new Set<unknown>();
  let runs = 0;
  await queue.add(job, 0);
  work(async () => {
    runs += 1;
    if (runs === 1) await queue.requestDeletion(job);
    seen.add(await status(job.imageId));
    if (runs < 3) throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
    return { outcome: 'deleted' };
  });
  await vi.waitUntil(() => runs === 2);
  // The second failure is not followed by a new request: the job becomes a dead letter.
  await vi.waitUntil(async () => (await queue.backlog()).failed === 1);
  await queue.requestDeletion(job);
  await vi.waitUntil(async () => runs === 3 && (await queue.backlog()).backlog === 0);
  expect([...seen]).toEqual(['deleted']);
  expect(await status(job.imageId)).toBe('deleted');
});

test('a late upload for a deleted image runs its job again', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  let runs = 0;
  work(async () => {
    runs += 1;
    return { outcome: 'deleted' };
  });
  await queue.add(job, 0);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'deleted');
  await queue.reportUpload(job.imageId);
  await vi.waitUntil(() => runs === 2);
});
