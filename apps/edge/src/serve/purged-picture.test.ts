import type { RenderImage } from '@imagemill/records';
import { expect, onTestFinished, test } from 'vitest';
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
  await edge.get(pathOf(image));
  expect((await edge.get(pathOf(image))).headers.get('cache-status')).toContain('detail=memory');
  return image;
}

/** As a worker does. */
async function deleteImage(image: RenderImage): Promise<void> {
  await edge.deletions.begin(image);
  await edge.storage.delete(pathOf(image).slice(1));
  await edge.purges.add(image, 'deleted');
}

test.each(Object.entries(urls))(
  'a %s URL of a deleted image shows nothing from the moment of its purge',
  async (_, urlOf) => {
    const image = await held();
    await deleteImage(image);
    expect([404, 410]).toContain((await edge.get(urlOf(image))).status);
    expect(edge.services.pictures.inMemory(pathOf(image).slice(1))).toBeUndefined();
  },
);

test('a purge of addresses without a revision leaves pictures in memory', async () => {
  const image = await held();
  await edge.purges.add(image, 'rendered-again');
  expect((await edge.get(pathOf(image))).headers.get('cache-status')).toContain('detail=memory');
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
