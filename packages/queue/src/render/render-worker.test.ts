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

test('an idle worker closes quickly while Redis is unavailable', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-queue-'));
  const redis = await startRedis({ dir, appendOnly: false });
  const connection = createConsumerConnection(redis.url);
  const options = { connection, prefix: 'away', concurrency: 1, onError: () => {} };
  const worker = createRenderWorker({ ...options, handle: async () => ({ outcome: 'ready' }) });
  await vi.waitUntil(() => connection.status === 'ready');
  await redis.stop();
  // Longer than the test may take.
  await worker.close(600_000);
  connection.disconnect();
  await rm(dir, { recursive: true });
});
