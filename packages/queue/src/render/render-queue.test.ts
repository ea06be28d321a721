import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort, startRedis } from '@imagemill/local-stack';
import { afterEach, expect, test, vi } from 'vitest';
import { createProducerConnection } from '../connection/connection.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createRenderQueue } from './render-queue.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;

test('fails with a retryable queue-unavailable if Redis does not answer, without queueing commands', async () => {
  const connection = createProducerConnection('redis://127.0.0.1:1');
  const queue = createRenderQueue({ connection, prefix: 'nowhere' });
  closeAfterwards(async () => connection.disconnect());
  const refused = { code: 'queue-unavailable', retryable: true };
  await expect(queue.add(renderJob(), 0)).rejects.toMatchObject(refused);
  await expect(queue.find(renderJob().imageId)).rejects.toMatchObject(refused);
  await expect(queue.ping()).rejects.toMatchObject(refused);
});

test('works as soon as Redis is available, even if it was created before', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-queue-'));
  const port = await claimPort('127.0.0.1', 0);
  const connection = createProducerConnection(`redis://127.0.0.1:${port}`);
  const queue = createRenderQueue({ connection, prefix: 'early' });
  await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-unavailable' });
  const redis = await startRedis({ dir, port });
  closeAfterwards(async () => {
    connection.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true });
  });
  const job = renderJob();
  await vi.waitFor(() => queue.add(job, DAY_MS));
  expect((await queue.find(job.imageId))?.status).toBe('awaiting-upload');
});
test('writes the version of a job, reads a job without one, and reports a later version as unreadable', async () => {
  const { queue, raw } = await queueHarness();
  const [today, old, later] = [renderJob(), renderJob(), renderJob()];
  await queue.add(today, DAY_MS);
  expect((await raw.getJob(today.imageId))?.data).toEqual({ jobVersion: 1, ...today });
  await raw.add('render-image', old, { jobId: old.imageId, delay: DAY_MS });
  await raw.add('render-image', { jobVersion: 2, ...later }, { jobId: later.imageId, delay: DAY_MS });
  for (const image of [today, old]) expect((await queue.find(image.imageId))?.image).toEqual(image);
  await expect(queue.find(later.imageId)).rejects.toMatchObject({ code: 'unreadable-job' });
});

test('keeps the existing job if an image is added again', async () => {
  const { queue, raw } = await queueHarness();
  const job = renderJob();
  await queue.add(job, DAY_MS);
  await queue.add({ ...job, filename: 'other.jpg' }, DAY_MS);
  expect(await raw.getDelayedCount()).toBe(1);
  expect((await queue.find(job.imageId))?.image.filename).toBe('shoe.jpg');
});
