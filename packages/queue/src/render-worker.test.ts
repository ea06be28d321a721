import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@imagemill/errors';
import { claimPort, startRedis } from '@imagemill/local-stack';
import { ImageId, Tenant } from '@imagemill/variants';
import { Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { createConsumerConnection, createProducerConnection } from './connection.ts';
import type { RenderImage } from './jobs.ts';
import { createRenderQueue } from './render-queue.ts';
import { createRenderWorker, type RenderHandler } from './render-worker.ts';

const { redisUrl } = inject('servers');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const DAY_MS = 24 * 3600_000;

function image(): RenderImage {
  const imageId = ImageId.parse(uuidv7());
  return {
    imageId,
    tenant: Tenant.parse('acme'),
    category: 'product',
    originalKey: `originals/acme/product/${imageId}/original.jpg`,
    contentType: 'image/jpeg',
    filename: 'shoe.jpg',
    metadata: {},
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + DAY_MS).toISOString(),
  };
}

/** A queue of its own, and the real BullMQ queue behind it for looking at what the port hides. */
async function harness() {
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const connection = createProducerConnection(redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = createRenderQueue({ connection, prefix });
  const raw = new Queue('render', { connection, prefix });
  closers.push(async () => {
    await raw.obliterate({ force: true });
    await raw.close();
    connection.disconnect();
  });
  const work = (handle: RenderHandler) => {
    const consumer = createConsumerConnection(redisUrl);
    const errors: Error[] = [];
    const options = { connection: consumer, prefix, concurrency: 4, handle, onError: (e: Error) => errors.push(e) };
    const worker = createRenderWorker(options);
    closers.push(async () => {
      await worker.close(5_000);
      consumer.disconnect();
    });
    return { worker, errors };
  };
  const status = async (id: ImageId) => (await queue.find(id))?.status;
  return { queue, raw, work, status };
}

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

test('a job that runs before its upload goes back to delayed and keeps its attempts', async () => {
  const { queue, raw, work, status } = await harness();
  const job = image();
  await queue.add(job, 0);
  work(async () => ({ outcome: 'not-uploaded' }));
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  const delayed = await raw.getJob(job.imageId);
  expect(delayed?.attemptsMade).toBe(0);
  expect(delayed?.attemptsStarted).toBe(1);
  expect(await status(job.imageId)).toBe('awaiting-upload');
});

test('an upload that is reported starts its delayed job at once', async () => {
  const { queue, work, status } = await harness();
  const job = image();
  await queue.add(job, DAY_MS);
  work(async () => ({ outcome: 'ready' }));
  expect(await status(job.imageId)).toBe('awaiting-upload');
  await queue.reportUpload(job.imageId);
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready');
});

test('a report that arrives while the job is active and has just seen nothing is not lost', async () => {
  const { queue, work, status } = await harness();
  const job = image();
  let runs = 0;
  await queue.add(job, 0);
  work(async () => {
    runs += 1;
    if (runs > 1) return { outcome: 'ready' };
    // The handler has looked; only now does the report come, and cannot promote an active job.
    await queue.reportUpload(job.imageId);
    return { outcome: 'not-uploaded' };
  });
  // The next look by itself would come after 5 s.
  await vi.waitUntil(async () => (await status(job.imageId)) === 'ready', { timeout: 3_000 });
  expect(runs).toBe(2);
});

test('a wrong report wakes its job once, not for ever', async () => {
  const { queue, raw, work } = await harness();
  const job = image();
  let runs = 0;
  await queue.add(job, DAY_MS);
  work(async () => {
    runs += 1;
    return { outcome: 'not-uploaded' };
  });
  await queue.reportUpload(job.imageId);
  await vi.waitUntil(async () => runs === 2 && (await raw.getDelayedCount()) === 1);
  expect((await raw.getJob(job.imageId))?.delay).toBeGreaterThan(5_000);
});

test('an image that has a job keeps it when it is added again', async () => {
  const { queue, raw } = await harness();
  const job = image();
  await queue.add(job, DAY_MS);
  await queue.add({ ...job, filename: 'other.jpg' }, DAY_MS);
  expect(await raw.getDelayedCount()).toBe(1);
  expect((await queue.find(job.imageId))?.image.filename).toBe('shoe.jpg');
});

test('progress is visible while the job runs', async () => {
  const { queue, work, status } = await harness();
  const job = image();
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

test('a rejected image ends at once, with its reason, and is no dead letter', async () => {
  const { queue, raw, work, status } = await harness();
  const job = image();
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

test('an error that may pass is tried again later, with an attempt used', async () => {
  const { queue, raw, work } = await harness();
  const job = image();
  await queue.add(job, 0);
  work(async () => {
    throw new Fault(true);
  });
  await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
  expect((await raw.getJob(job.imageId))?.attemptsMade).toBe(1);
});

test('an error that will not pass makes a dead letter at once', async () => {
  const { queue, raw, work, status } = await harness();
  const job = image();
  await queue.add(job, 0);
  work(async () => {
    throw new Fault(false);
  });
  await vi.waitUntil(async () => (await status(job.imageId)) === 'failed');
  expect((await raw.getJob(job.imageId))?.failedReason).toBe('test-fault: A fault.');
});

test('closing waits for the job in hand', async () => {
  const { queue, work, status } = await harness();
  const job = image();
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

test('a Redis that does not answer is a retryable queue-unavailable, and nothing is kept for later', async () => {
  const connection = createProducerConnection('redis://127.0.0.1:1');
  const queue = createRenderQueue({ connection, prefix: 'nowhere' });
  closers.push(async () => connection.disconnect());
  const refused = { code: 'queue-unavailable', retryable: true };
  await expect(queue.add(image(), 0)).rejects.toMatchObject(refused);
  await expect(queue.find(image().imageId)).rejects.toMatchObject(refused);
  await expect(queue.ping()).rejects.toMatchObject(refused);
});

test('a queue that is made before Redis is there works as soon as it is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-queue-'));
  const port = await claimPort('127.0.0.1', 0);
  const connection = createProducerConnection(`redis://127.0.0.1:${port}`);
  const queue = createRenderQueue({ connection, prefix: 'early' });
  await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-unavailable' });
  const redis = await startRedis({ dir, port });
  closers.push(async () => {
    connection.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true });
  });
  const job = image();
  await vi.waitFor(() => queue.add(job, DAY_MS), { timeout: 10_000 });
  expect((await queue.find(job.imageId))?.status).toBe('awaiting-upload');
});
