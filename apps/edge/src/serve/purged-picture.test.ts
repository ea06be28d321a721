import type { RenderImage } from '@imagemill/records';
import { expect, onTestFinished, test, vi } from 'vitest';
import { avatar, createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const edge = useEdge();
const urls: Record<string, (image: RenderImage) => string> = {
  planned: (image) => pathOf(image),
  'friendly, with its revision': ({ imageId }) => `/images/${imageId}/small.webp?v=${avatar.revision}`,
};

/** A finished image whose picture the edge holds in memory. */
async function held(): Promise<RenderImage> {
  const image = newImage();
  await upload(edge, image);
  await publishManifest(edge, image);
  await edge.getHeld(pathOf(image));
  return image;
}

async function anyPicture(image: RenderImage) {
  const picture = await edge.services.pictures.open(pathOf(image).slice(1));
  if (picture?.kind !== 'held') throw new Error('The picture is missing, or too large to be held.');
  return picture;
}

/** As a worker does. */
async function deleteImage(image: RenderImage): Promise<void> {
  await edge.deletions.begin(image);
  await edge.storage.delete(pathOf(image).slice(1));
  await edge.purges.add(image, 'deleted');
}

test.each(Object.entries(urls))(
  'a %s URL of a deleted image shows nothing as soon as the edge has read of its purge',
  async (_, urlOf) => {
    const image = await held();
    await deleteImage(image);
    await vi.waitUntil(() => edge.services.recentPurges.mayHave(image.imageId));
    expect([404, 410]).toContain((await edge.get(urlOf(image))).status);
    expect(edge.services.pictures.inMemory(pathOf(image).slice(1))).toBeUndefined();
  },
);

test('a purge of addresses without a revision leaves pictures in memory', async () => {
  const image = await held();
  await edge.purges.add(image, 'rendered-again');
  expect(edge.services.pictures.inMemory(pathOf(image).slice(1))).toBeDefined();
  await edge.getHeld(pathOf(image));
});

test('an edge that missed a purge shows nothing of its image: neither while it cannot read the log, nor afterwards', async () => {
  const [deleted, other] = [await held(), await held()];
  const origin = async (image: RenderImage) => (await edge.get(pathOf(image))).headers.get('cache-status');
  edge.purgeReader.disconnect();
  await vi.waitUntil(async () => (await origin(other))?.includes('detail=bucket'));
  await deleteImage(deleted);
  expect([404, 410]).toContain((await edge.get(pathOf(deleted))).status);
  // As if it had been read from the bucket right before the deletion.
  edge.services.pictures.hold(pathOf(deleted).slice(1), await anyPicture(other));
  expect([404, 410]).toContain((await edge.get(pathOf(deleted))).status);

  await edge.purgeReader.connect();
  await vi.waitUntil(async () => (await origin(other))?.includes('detail=memory'));
  edge.services.pictures.hold(pathOf(deleted).slice(1), await anyPicture(other));
  expect([404, 410]).toContain((await edge.get(pathOf(deleted))).status);
});

test('without Redis, a picture in memory is read from the bucket instead', async () => {
  const image = await held();
  const alone = await createEdgeHarness({ beside: edge, redisUrl: 'redis://127.0.0.1:1' });
  onTestFinished(() => alone.close());
  for (const _ of [1, 2]) {
    const { status, headers } = await alone.get(pathOf(image));
    expect([status, headers.get('cache-status')]).toEqual([200, 'imagemill; hit; detail=bucket']);
  }
});
