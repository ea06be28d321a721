import type { RenderImage } from '@imagemill/records';
import { ImageId, renditionKey, sizeKey } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import {
  createReconcileHarness,
  finish,
  type ReconcileHarness,
  skipSettlingTime,
} from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

test.each([
  ['deleted', (all: ReconcileHarness, image: RenderImage) => all.deletions.begin(image)],
  ['rejected', (all: ReconcileHarness, image: RenderImage) => finish(all, image)],
] as const)(
  'a rendition that a paused worker or edge writes after its image was %s is deleted and purged',
  async (status, end) => {
    const all = await createReconcileHarness();
    const image = job();
    const key = renditionKey({ ...image, revision: 'abc', visibility: 'public', variant: 'thumb', format: 'avif' });
    const write = () => all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
    await all.put(image.originalKey);
    await end(all, image);
    if (status === 'deleted') {
      await all.originals.delete(image.originalKey);
      await all.deletions.finish(image);
    }
    // Listings have times in whole seconds.
    await vi.waitFor(async () => {
      vi.useRealTimers();
      await write();
      skipSettlingTime();
      const { found } = await all.round({ dryRun: true });
      expect(found).toEqual([{ kind: `rendition-of-${status}-image`, imageId: image.imageId }]);
    });
    expect(await all.pendingPurges()).toEqual([]);
    await all.round();
    expect(await all.cdn.head(key)).toBeUndefined();
    expect(await all.pendingPurges()).toEqual([{ imageId: image.imageId, reason: status }]);
  },
);

test('renditions that an edge makes after the manifest, which does not name them, are kept', async () => {
  const all = await createReconcileHarness();
  const image = job();
  await all.put(image.originalKey);
  await finish(all, image, { revision: 'abc' });
  const key = renditionKey({ ...image, revision: 'abc', visibility: 'public', variant: 'thumb', format: 'webp' });
  await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: 'public' });
  skipSettlingTime();
  expect((await all.round()).found).toEqual([]);
  vi.useRealTimers();
  expect(await all.cdn.head(key)).toBeDefined();
});

test('orphaned renditions are deleted, those of a known image never', async () => {
  const all = await createReconcileHarness();
  const longAgo = () => ImageId.parse(uuidv7({ msecs: Date.now() - 30 * 24 * 3600_000 }));
  const [orphan, known, fresh] = [job({ imageId: longAgo() }), job({ imageId: longAgo() }), job()];
  await all.put(known.originalKey);
  await finish(all, known);
  const keyOf = ({ imageId }: RenderImage) =>
    renditionKey({ imageId, revision: 'abc', visibility: 'public', variant: 'thumb', format: 'avif' });
  for (const image of [orphan, known, fresh]) {
    await all.cdn.put({ key: keyOf(image), body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
  }
  expect((await all.round()).found).toEqual([{ kind: 'rendition-without-manifest', imageId: orphan.imageId }]);
  const left = await Promise.all([orphan, known, fresh].map((image) => all.cdn.head(keyOf(image))));
  expect(left.map((facts) => facts !== undefined)).toEqual([false, true, true]);
});

test('renditions of an earlier revision are deleted after the grace period', async () => {
  const all = await createReconcileHarness();
  const image = job();
  await all.put(image.originalKey);
  const keyOf = (revision: string) =>
    renditionKey({ imageId: image.imageId, revision, visibility: 'public', variant: 'thumb', format: 'avif' });
  for (const revision of ['old', 'new']) {
    await all.cdn.put({
      key: keyOf(revision),
      body: Buffer.from('x'),
      contentType: 'image/avif',
      cacheControl: 'public',
    });
  }
  await finish(all, image, { revision: 'new' });
  expect((await all.round()).found).toEqual([]);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([{ kind: 'superseded-rendition', imageId: image.imageId }]);
  vi.useRealTimers();
  expect(await all.cdn.head(keyOf('old'))).toBeUndefined();
  expect(await all.cdn.head(keyOf('new'))).toBeDefined();
});

test('sizes that an edge has made are deleted at their age, and variants are not', async () => {
  const all = await createReconcileHarness();
  const image = job();
  await all.put(image.originalKey);
  const address = { imageId: image.imageId, revision: 'now', visibility: 'public', format: 'webp' } as const;
  const [size, variant] = [
    sizeKey({ ...address, size: 'w300_inside_q80' }),
    renditionKey({ ...address, variant: 'a' }),
  ];
  for (const key of [size, variant]) {
    await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: 'public' });
  }
  await finish(all, image, { revision: 'now' });
  expect((await all.round()).found).toEqual([]);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([{ kind: 'old-size', imageId: image.imageId }]);
  vi.useRealTimers();
  expect(await all.cdn.head(size)).toBeUndefined();
  expect(await all.cdn.head(variant)).toBeDefined();
});

test('renditions of an image with a running job are never deleted', async () => {
  const all = await createReconcileHarness();
  const image = job();
  await all.put(image.originalKey);
  await finish(all, image, { revision: 'old' });
  for (const revision of ['old', 'new']) {
    const key = renditionKey({
      imageId: image.imageId,
      revision,
      visibility: 'public',
      variant: 'thumb',
      format: 'avif',
    });
    await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
  }
  await all.queue.reprocess(image);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([]);
});
