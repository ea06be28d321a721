import { randomUUID } from 'node:crypto';
import { createDeletions, createFinishedImages, createManifests, type Manifest } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { createLogger } from '@imagemill/service';
import { createS3Storage, ensureBucket } from '@imagemill/storage';
import { deletionKey, manifestKey } from '@imagemill/variants';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { client, job } from '../test-support/render-harness.ts';
import { createSweep, type SweepOptions } from './sweep.ts';

const HOUR_MS = 3600_000;
const PASS_MS = 240_000;

/** A bucket of its own, and passes at a time after now. */
async function createSweepHarness({ order = async () => {} }: Partial<Pick<SweepOptions, 'order'>> = {}) {
  const originals = createS3Storage({ client, bucket: `sweep-${randomUUID()}` });
  await ensureBucket(client, { bucket: originals.bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const startedAt = Date.now();
  const orders: string[] = [];
  const put = (key: string, text: string) =>
    originals.put({ key, body: Buffer.from(text), contentType: 'image/jpeg', cacheControl: 'private' });

  async function upload(image = job()): Promise<RenderImage> {
    await put(image.originalKey, 'bytes');
    return image;
  }

  /** @param remainingMs at the start, and whenever the pass asks again */
  function sweepAfter(hours: number, remainingMs: readonly number[] = [PASS_MS]) {
    const left = [...remainingMs];
    const sweep = createSweep({
      originals,
      order: async (image) => {
        await order(image);
        orders.push(image.imageId);
      },
      lostAfterMs: HOUR_MS,
      logger: createLogger('sweep', 'silent'),
      now: () => startedAt + hours * HOUR_MS,
    });
    return sweep({ getRemainingTimeInMillis: () => (left.length > 1 ? left.shift() : left[0]) ?? 0 });
  }
  return { originals, orders, put, upload, sweepAfter };
}

test('an upload without a record is ordered once, when it is old enough', async () => {
  const { orders, upload, sweepAfter } = await createSweepHarness();
  const { imageId } = await upload();
  expect(await sweepAfter(0.5)).toEqual({ state: 'swept', examined: 0, ordered: 0 });
  expect(await sweepAfter(1.1)).toEqual({ state: 'early', examined: 0, ordered: 0 });
  expect(await sweepAfter(1.6)).toEqual({ state: 'swept', examined: 1, ordered: 1 });
  expect(await sweepAfter(1.7)).toMatchObject({ state: 'early' });
  expect(await sweepAfter(3)).toEqual({ state: 'swept', examined: 0, ordered: 0 });
  expect(orders).toEqual([imageId]);
});

test('nothing is ordered of an image that was rejected, held, deleted or is being deleted, or whose record is unreadable', async () => {
  const { originals, orders, put, upload, sweepAfter } = await createSweepHarness();
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const images = await Promise.all(Array.from({ length: 7 }, () => upload()));
  const [rejected, notIndexed, held, deleted, beingDeleted, unreadable, lost] = images as [
    ...[RenderImage, RenderImage, RenderImage, RenderImage, RenderImage, RenderImage, RenderImage],
  ];
  const at = new Date().toISOString();
  const error = { code: 'corrupt', message: 'The file is damaged.' };
  const finished = ({ imageId, tenant, category, originalKey, createdAt }: RenderImage) => ({
    imageId,
    tenant,
    category,
    originalKey,
    createdAt,
    filename: '',
    metadata: {},
    attempts: 1,
    originalEtag: '"e"',
    error,
  });
  const isRejected = (image: RenderImage): Manifest => ({ ...finished(image), status: 'rejected', rejectedAt: at });
  await manifests.publish(isRejected(rejected), undefined);
  await manifests.publish(isRejected(notIndexed), undefined);
  await createFinishedImages(originals).remove(notIndexed);
  const moderation = { verdict: 'hold', by: 'service', at } as const;
  await manifests.publish({ ...finished(held), moderation, status: 'held', heldAt: at }, undefined);
  await deletions.begin(deleted);
  await deletions.finish(deleted);
  await put(deletionKey(beingDeleted.imageId), JSON.stringify({ originalKey: beingDeleted.originalKey }));
  await put(manifestKey(unreadable.imageId), '{');
  expect(await sweepAfter(1.1)).toEqual({ state: 'swept', examined: 7, ordered: 1 });
  expect(orders).toEqual([lost.imageId]);
});

test('a pass that has too little time left for another page is continued by the next one', async () => {
  const { orders, upload, sweepAfter } = await createSweepHarness();
  const slot = pLimit(32);
  const images = await Promise.all(Array.from({ length: 1_002 }, () => slot(() => upload())));
  expect(await sweepAfter(1.1, [PASS_MS, 20_000])).toEqual({
    state: 'interrupted',
    examined: 1_000,
    ordered: 1_000,
  });
  expect(await sweepAfter(1.2)).toEqual({ state: 'swept', examined: 2, ordered: 2 });
  expect(orders.toSorted()).toEqual(images.map(({ imageId }) => imageId).toSorted());
});

test('of passes at the same time, one sweeps', async () => {
  const { orders, upload, sweepAfter } = await createSweepHarness();
  const { imageId } = await upload();
  const states = await Promise.all([1, 2, 3, 4].map(async () => (await sweepAfter(1.1)).state));
  expect(states.filter((state) => state === 'swept')).toHaveLength(1);
  expect(orders).toEqual([imageId]);
});

test('a pass that broke off is repeated when its time is over', async () => {
  let isAway = true;
  const order = async () => {
    if (isAway) throw new Error('SQS is away.');
  };
  const { orders, upload, sweepAfter } = await createSweepHarness({ order });
  const { imageId } = await upload();
  await expect(sweepAfter(1.1)).rejects.toThrow('SQS is away.');
  isAway = false;
  expect(await sweepAfter(1.1)).toEqual({ state: 'taken', examined: 0, ordered: 0 });
  expect(await sweepAfter(1.2)).toEqual({ state: 'swept', examined: 1, ordered: 1 });
  expect(orders).toEqual([imageId]);
});
