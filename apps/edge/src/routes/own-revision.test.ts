import type { RenderImage } from '@imagemill/records';
import { ownSpec } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { avatar, newImage, pathOf, photo, upload, useEdge, workersBytes } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const edge = useEdge();
const focus = { x: 0.1, y: 0.8 };
const own = ownSpec(avatar, { focus });

async function uploaded(change: Partial<RenderImage> = {}) {
  const image = newImage(change);
  await upload(edge, image);
  return image;
}

test('the planned URLs of an image with a focus have its own revision, with and without a manifest', async () => {
  for (const isFinished of [false, true]) {
    const image = await uploaded({ focus });
    if (isFinished) await publishManifest(edge, image, { revision: own.revision });
    expect((await edge.get(pathOf(image, 'small.webp', own.revision))).status).toBe(200);
    const common = await edge.get(pathOf(image, 'small.webp'));
    expect([common.status, common.headers.get('location')]).toEqual([307, `../${own.revision}/small.webp`]);
  }
});

test('an image without a focus has no picture in the revision of a focus', async () => {
  const image = await uploaded();
  const response = await edge.get(pathOf(image, 'small.webp', own.revision));
  expect([response.status, response.headers.get('location')]).toEqual([307, `../${avatar.revision}/small.webp`]);
});

test('a friendly URL shows the own revision of an image with a focus', async () => {
  const image = await uploaded({ focus });
  const response = await edge.get(`/images/${image.imageId}/small`, { accept: 'image/webp' });
  expect(response.headers.get('content-location')).toContain(`/${own.revision}/small.webp`);
  const named = await edge.get(`/images/${image.imageId}/small.webp?v=${own.revision}`);
  expect([named.status, named.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  const moved = await edge.get(`/images/${image.imageId}/small.webp?v=${avatar.revision}`);
  expect([moved.status, moved.headers.get('location')]).toEqual([307, `?v=${own.revision}`]);
});

test('the focus of an image whose job was recreated from the key alone is in the metadata of its original', async () => {
  const image = newImage();
  await edge.queue.add(image, 3600_000);
  const metadata = { focus: '0.1,0.8' };
  const object = { key: image.originalKey, body: photo, contentType: image.contentType, cacheControl: 'private' };
  await edge.storage.put({ ...object, metadata });
  expect((await edge.get(pathOf(image, 'small.webp', own.revision))).status).toBe(200);
});

test('an enhanced image has the bytes that a worker makes, with and without a manifest', async () => {
  const enhance = 'sharpen' as const;
  const { revision } = ownSpec(avatar, { enhance });
  const enhanced = await workersBytes('large.webp', photo, { enhance });
  expect(enhanced).not.toEqual(await workersBytes('large.webp'));
  for (const isFinished of [false, true]) {
    const image = await uploaded({ enhance });
    if (isFinished) await publishManifest(edge, image, { revision });
    const made = await edge.get(pathOf(image, 'large.webp', revision));
    expect(made.status).toBe(200);
    expect(Buffer.from(await bytesOf(made)).equals(enhanced ?? Buffer.of())).toBe(true);
  }
});

test('the enhancement of an image whose job was recreated from the key alone is in the metadata of its original', async () => {
  const image = newImage();
  await edge.queue.add(image, 3600_000);
  const object = { key: image.originalKey, body: photo, contentType: image.contentType, cacheControl: 'private' };
  await edge.storage.put({ ...object, metadata: { enhance: 'sharpen' } });
  const { revision } = ownSpec(avatar, { enhance: 'sharpen' });
  expect((await edge.get(pathOf(image, 'small.webp', revision))).status).toBe(200);
});
