import { AppError } from '@imagemill/errors';
import type { RenderImage } from '@imagemill/records';
import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

class Fault extends AppError {
  constructor(code: string) {
    super({ code, retryable: false, publicMessage: `This is ${code}.` });
  }
}

test('dead letters are listed with their reason, newest first, by page and by code', async () => {
  const { queue, work, status } = await queueHarness();
  const images = [renderJob(), renderJob(), renderJob()];
  const codes = ['storage-refused', 'storage-refused', 'unknown-category'];
  const codeOf = new Map(images.map(({ imageId }, index) => [imageId, codes[index] ?? '']));
  const handle = async ({ imageId }: RenderImage) => {
    throw new Fault(codeOf.get(imageId) ?? '');
  };
  work(handle, { name: 'worker-of-this-test' });
  for (const image of images) {
    await queue.add(image, 0);
    await vi.waitUntil(async () => (await status(image.imageId)) === 'failed');
  }
  const first = await queue.deadLetters.list({ cursor: 0, limit: 2 });
  expect(first.deadLetters.map(({ imageId }) => imageId)).toEqual([images[2]?.imageId, images[1]?.imageId]);
  expect(first.deadLetters[0]).toMatchObject({
    tenant: 'acme',
    category: 'product',
    code: 'unknown-category',
    message: 'This is unknown-category.',
    attempts: 1,
    worker: 'worker-of-this-test',
  });
  expect(first.deadLetters[0]?.startedAt?.localeCompare(first.deadLetters[0].failedAt)).toBeLessThanOrEqual(0);
  const second = await queue.deadLetters.list({ cursor: first.nextCursor ?? -1, limit: 2 });
  expect(second).toMatchObject({ deadLetters: [{ imageId: images[0]?.imageId }], nextCursor: undefined });
  const refused = await queue.deadLetters.list({ cursor: 0, limit: 10, code: 'storage-refused' });
  expect(refused.deadLetters).toHaveLength(2);
});

test('a redriven dead letter restarts with all its attempts', async () => {
  const { queue, raw, work, status } = await queueHarness();
  const image = renderJob();
  let broken = true;
  work(async () => {
    if (broken) throw new Fault('storage-refused');
    return { outcome: 'ready' };
  });
  await queue.add(image, 0);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'failed');
  broken = false;
  expect(await queue.deadLetters.redrive(image.imageId)).toBe(true);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
  expect((await raw.getJob(image.imageId))?.attemptsMade).toBe(1);
  expect(await queue.deadLetters.redrive(image.imageId)).toBe(false);
});

test('discarding deletes the dead letter and no other job', async () => {
  const { queue, work, status } = await queueHarness();
  const [failed, waiting] = [renderJob(), renderJob()];
  work(async () => {
    throw new Fault('storage-refused');
  });
  await queue.add(failed, 0);
  await queue.add(waiting, 3600_000);
  await vi.waitUntil(async () => (await status(failed.imageId)) === 'failed');
  expect(await queue.deadLetters.discard(failed.imageId)).toBe(true);
  expect(await queue.deadLetters.discard(waiting.imageId)).toBe(false);
  expect(await status(failed.imageId)).toBeUndefined();
  expect(await status(waiting.imageId)).toBe('awaiting-upload');
});

test('an unreadable job is listed and can be discarded', async () => {
  const { queue, raw, work } = await queueHarness();
  const imageId = renderJob().imageId;
  await raw.add('render-image', { of: 'another version' }, { jobId: imageId, attempts: 1 });
  work(async () => ({ outcome: 'ready' }));
  await vi.waitUntil(async () => (await raw.getFailedCount()) === 1);
  const { deadLetters } = await queue.deadLetters.list({ cursor: 0, limit: 10 });
  expect(deadLetters).toMatchObject([{ imageId, code: 'unreadable-job', attempts: 1 }]);
  expect(await queue.deadLetters.discard(imageId)).toBe(true);
});

test('dead letters of one code are redriven together, oldest first, and others stay', async () => {
  const { queue, work, status } = await queueHarness();
  const images = [renderJob(), renderJob(), renderJob(), renderJob()];
  const [first, other, second, third] = images as [RenderImage, RenderImage, RenderImage, RenderImage];
  let broken = true;
  work(async ({ imageId }) => {
    if (broken) throw new Fault(imageId === other.imageId ? 'unknown-category' : 'storage-refused');
    return { outcome: 'ready' };
  });
  for (const { imageId } of images) {
    await queue.add({ ...first, imageId }, 0);
    await vi.waitUntil(async () => (await status(imageId)) === 'failed');
  }
  broken = false;
  expect(await queue.deadLetters.redriveAll({ code: 'storage-refused', limit: 2 })).toEqual({
    redriven: 2,
    more: true,
  });
  await vi.waitUntil(async () => (await status(second.imageId)) === 'ready');
  expect(await status(third.imageId)).toBe('failed');
  expect(await queue.deadLetters.redriveAll({ code: 'storage-refused', limit: 2 })).toEqual({
    redriven: 1,
    more: false,
  });
  await vi.waitUntil(async () => (await status(third.imageId)) === 'ready');
  expect(await status(other.imageId)).toBe('failed');
});
