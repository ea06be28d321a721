import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@imagemill/errors';
import { startRedis } from '@imagemill/local-stack';
import { afterEach, expect, test, vi } from 'vitest';
import { createConsumerConnection } from '../connection/connection.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createRenderWorker } from './render-worker.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;

const source = {
  format: 'jpeg',
  width: 4,
  height: 3,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
  bytes: 9,
} as const;

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
  ['has just found no upload', { outcome: 'postponed', reason: 'not-uploaded' }],
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
  // Without the report, the next check would come after 5 s.
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready', { timeout: 3_000 });
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

test('progress is visible while the job runs', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  const finish = Promise.withResolvers<void>();
  await queue.add(job, 0);
  work(async (_image, { reportProgress }) => {
    const rendition = { variant: 'thumb', format: 'avif', width: 4, height: 3, bytes: 7 } as const;
    await reportProgress({ revision: 'abc', total: 2, source, done: [rendition] });
    await finish.promise;
    return { outcome: 'ready' };
  });
  await vi.waitUntil(async () => (await status(job.imageId)) === 'processing');
  expect((await queue.find(job.imageId))?.progress).toMatchObject({ total: 2, done: [{ variant: 'thumb', bytes: 7 }] });
  finish.resolve();
});

test('a rejected image finishes at once with its reason, and is not a dead letter', async () => {
  const { queue, raw, work, status } = await queueHarness();
  const job = renderJob();
  const error = { code: 'corrupt', message: 'The file is damaged.' };
  await queue.add(job, 0);
  work(async () => ({ outcome: 'rejected', error }));
  await vi.waitUntil(async () => (await status(job.imageId)) === 'rejected');
  expect((await queue.find(job.imageId))?.rejection).toEqual(error);
  expect(await raw.getFailedCount()).toBe(0);
});

class Fault extends AppError {
  constructor(retryable: boolean) {
    super({ code: 'test-fault', retryable, publicMessage: 'A fault.' });
  }
}

test('a retryable error uses an attempt and is retried later', async () => {
  const { queue, raw, work } = await queueHarness();
  const job = renderJob();
  await queue.add(job, 0);
  work(async () => {
    throw new Fault(true);
  });
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  expect((await raw.getJob(job.imageId))?.attemptsMade).toBe(1);
});

test('a permanent error makes a dead letter at once', async () => {
  const { queue, raw, work, status } = await queueHarness();
  const job = renderJob();
  await queue.add(job, 0);
  work(async () => {
    throw new Fault(false);
  });
  await vi.waitUntil(async () => (await status(job.imageId)) === 'failed');
  expect((await raw.getJob(job.imageId))?.failedReason).toBe('test-fault: A fault.');
});

test('closing waits for the running job', async () => {
  const { queue, work, status } = await queueHarness();
  const job = renderJob();
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  await queue.add(job, 0);
  const { worker } = work(async () => {
    started.resolve();
    await finish.promise;
    return { outcome: 'ready' };
  });
  await started.promise;
  const closed = worker.close(5_000);
  finish.resolve();
  await closed;
  expect(await status(job.imageId)).toBe('ready');
});

test('a job that exceeds the grace period of a shutdown keeps its attempts, and another worker finishes it', async () => {
  const { queue, raw, work, status } = await queueHarness();
  const job = renderJob();
  const started = Promise.withResolvers<void>();
  await queue.add(job, 0);
  const { worker } = work(async (_image, { signal }) => {
    started.resolve();
    await once(signal, 'abort');
    throw signal.reason;
  });
  await started.promise;
  await worker.close(50);
  expect(await raw.getWaitingCount()).toBe(1);
  expect((await raw.getJob(job.imageId))?.attemptsMade).toBe(0);
  work(async () => ({ outcome: 'ready' }));
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
});

test('work is aborted if its lock expires, because another worker may have the job', async () => {
  const { queue, raw, work, redis } = await queueHarness();
  const job = renderJob();
  const stopped = Promise.withResolvers<void>();
  await queue.add(job, 0);
  work(
    async (_image, { signal }) => {
      await redis.del(`${raw.toKey(job.imageId)}:lock`);
      await once(signal, 'abort');
      stopped.resolve();
      throw signal.reason;
    },
    { lockDurationMs: 400 },
  );
  await stopped.promise;
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

test('an idle worker closes quickly while Redis is unavailable', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-queue-'));
  const redis = await startRedis({ dir, appendOnly: false });
  const connection = createConsumerConnection(redis.url);
  const options = { connection, prefix: 'away', concurrency: 1, onError: () => {} };
  const worker = createRenderWorker({ ...options, handle: async () => ({ outcome: 'ready' }) });
  await vi.waitUntil(() => connection.status === 'ready');
  await redis.stop();
  const startedAt = performance.now();
  await worker.close(60_000);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  connection.disconnect();
  await rm(dir, { recursive: true });
});

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
      if (end === 'failed') throw new Fault(false);
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
      if (before === 'failed') throw new Fault(false);
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
    if (runs < 3) throw new Fault(false);
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
