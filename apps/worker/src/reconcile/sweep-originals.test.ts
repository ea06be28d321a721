import { createHash } from 'node:crypto';
import type { RenderImage } from '@imagemill/records';
import { originalKey, Tenant } from '@imagemill/variants';
import { describe, expect, test, vi } from 'vitest';
import { createReconcileHarness, finish, skipSettlingTime } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

test('images that are missing from the index are listed again, in the order of their age', async () => {
  const all = await createReconcileHarness();
  const images = [job(), job({}, 'product'), job()];
  for (const image of images) {
    await all.put(image.originalKey);
    await finish(all, image);
    await all.index.remove(image.tenant, image.imageId, ['avatar', 'product']);
  }
  skipSettlingTime();
  const [first] = images as [RenderImage];
  expect((await all.round()).found).toEqual([{ kind: 'images-not-listed', imageId: first.imageId }]);
  expect(await all.index.list(first.tenant, { limit: 10 })).toEqual(images.map(({ imageId }) => imageId).toReversed());
  expect(await all.index.list(first.tenant, { category: 'product', limit: 10 })).toEqual([images[1]?.imageId]);
  expect((await all.round()).found).toEqual([]);
});

test('images that are missing from the index of fingerprints are added again, and are not read in every round', async () => {
  const all = await createReconcileHarness();
  const images = [job(), job(), job()] as const;
  for (const [index, image] of images.entries()) {
    await all.put(image.originalKey);
    await finish(all, image, index === 2 ? {} : { revision: 'r' });
    await all.fingerprints.remove(image.tenant, image.imageId);
  }
  skipSettlingTime();
  const [first] = images;
  const lost = (await all.round()).found.filter(({ kind }) => kind === 'fingerprints-lost');
  expect(lost).toEqual([{ kind: 'fingerprints-lost', imageId: first.imageId }]);
  const sha256 = createHash('sha256').update(first.imageId).digest('hex');
  expect(await all.fingerprints.add(first.tenant, { imageId: job().imageId, sha256 })).toEqual({ same: first.imageId });
  expect((await all.round()).found.filter(({ kind }) => kind === 'fingerprints-lost')).toEqual([]);
});

describe('an upload', () => {
  test('without a report is reported after the settling time', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.queue.add(image, 3600_000);
    await all.put(image.originalKey);
    expect((await all.round()).found).toEqual([]);
    skipSettlingTime();
    expect((await all.round()).found).toEqual([{ kind: 'upload-not-reported', imageId: image.imageId }]);
    expect(await all.status(image)).toBe('queued');
  });

  test('that arrives after its image has expired is processed', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.queue.add(image, 0);
    await all.work(
      async () => ({ outcome: 'expired' }),
      async () => (await all.status(image)) === 'expired',
    );
    await all.put(image.originalKey);
    expect((await all.round()).found).toEqual([{ kind: 'upload-after-expiry', imageId: image.imageId }]);
    expect(await all.status(image)).toBe('queued');
  });

  test('with a lost result is processed again', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.put(image.originalKey);
    await all.queue.add(image, 0);
    await all.work(
      async () => ({ outcome: 'ready' }),
      async () => (await all.status(image)) === 'ready',
    );
    expect((await all.round()).found).toEqual([{ kind: 'result-without-manifest', imageId: image.imageId }]);
    expect(await all.queue.backlog()).toMatchObject({ waiting: 1 });
  });

  test('that replaces the original of a finished image is reported to the operator', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.put(image.originalKey);
    await finish(all, image);
    expect((await all.round()).found).toEqual([]);
    // Listings have times in whole seconds.
    await vi.waitFor(async () => {
      await all.put(image.originalKey, 'other bytes');
      const { found, summary } = await all.round();
      expect(found).toEqual([{ kind: 'original-replaced', imageId: image.imageId }]);
      expect(summary.repaired).toBe(0);
    });
  });

  test('through the URL of a deleted image is deleted', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.deletions.begin(image);
    await all.deletions.finish(image);
    await vi.waitFor(async () => {
      await all.put(image.originalKey);
      skipSettlingTime();
      const { found } = await all.round();
      expect(found).toEqual([{ kind: 'upload-of-deleted-image', imageId: image.imageId }]);
    });
    expect(await all.status(image)).toBe('deleted');
  });
});

describe('a finished image', () => {
  test('is indexed if its worker died before it wrote the index entry', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.put(image.originalKey);
    await finish(all, image);
    await all.finishedImages.remove(image);
    expect((await all.round()).found).toEqual([]);
    skipSettlingTime();
    expect((await all.round()).found).toEqual([{ kind: 'finished-not-indexed', imageId: image.imageId }]);
    expect((await all.finishedImages.finishedAt([image]))(image)).toBeInstanceOf(Date);
    expect((await all.round()).found).toEqual([]);
  });

  test("is not changed by another tenant's original with the same id", async () => {
    const all = await createReconcileHarness();
    const theirs = job();
    await all.put(theirs.originalKey);
    await finish(all, theirs);
    await all.put(originalKey({ ...theirs, tenant: Tenant.parse('other') }));
    skipSettlingTime();
    const { found, summary } = await all.round();
    expect(found).toEqual([{ kind: 'id-of-another-tenant', imageId: theirs.imageId }]);
    expect(summary.repaired).toBe(0);
    expect((await all.round()).found).toEqual(found);
  });
});
