import type { RenderImage } from '@imagemill/records';
import { CACHE_IMMUTABLE, VariantSet } from '@imagemill/variants';
import { describe, expect, onTestFinished, test } from 'vitest';
import { avatar, createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const edge = useEdge();
const OLD = 'aaaaaaaaaaaa';

const friendlyPath = ({ imageId }: RenderImage, file: string) => `/images/${imageId}/${file}`;
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

async function uploaded(): Promise<RenderImage> {
  const image = newImage();
  await upload(edge, image);
  return image;
}

/** An image that was finished before a deployment changed its category. */
async function finishedEarlier(names: string[]): Promise<RenderImage> {
  const image = await uploaded();
  const set = VariantSet.parse(
    names.map((file) => {
      const [name, format] = file.split('.');
      return { name, format, width: 9, height: 9, fit: 'cover', quality: 50 };
    }),
  );
  await publishManifest(edge, image, { revision: OLD, set });
  for (const file of names) await store(image, file);
  return image;
}

const store = (image: RenderImage, file: string) =>
  edge.storage.put({
    key: pathOf(image, file, OLD).slice(1),
    body: Buffer.from(`old ${file}`),
    contentType: `image/${file.split('.')[1]}`,
    cacheControl: CACHE_IMMUTABLE,
  });

describe('the revision of a friendly URL', () => {
  test('is the current one, though another is stored', async () => {
    const image = await finishedEarlier(['small.webp']);
    const response = await edge.get(friendlyPath(image, 'small.webp'));
    expect(response.headers.get('content-location')).toContain(avatar.revision);
    expect((await bytesOf(response)).length).toBeGreaterThan(200);
  });

  test('is the one of the manifest for a variant or a format that the category has no more', async () => {
    const image = await finishedEarlier(['poster.jpeg', 'small.png']);
    expect(await (await edge.get(friendlyPath(image, 'poster'))).text()).toBe('old poster.jpeg');
    expect(await (await edge.get(friendlyPath(image, 'small.png'))).text()).toBe('old small.png');
  });

  test('is the one of the manifest if the category exists no more', async () => {
    const image = newImage({ category: 'closed' });
    await upload(edge, image);
    const set = VariantSet.parse([{ name: 'small', format: 'webp', width: 9, height: 9, fit: 'cover', quality: 50 }]);
    await publishManifest(edge, image, { revision: OLD, set });
    await store(image, 'small.webp');
    expect(await (await edge.get(friendlyPath(image, 'small'))).text()).toBe('old small.webp');
  });

  test('is the one of the manifest, for a minute, if the current one cannot be made', async () => {
    const image = await finishedEarlier(['small.webp']);
    await edge.storage.delete(image.originalKey);
    const response = await edge.get(friendlyPath(image, 'small.webp'));
    expect([await response.text(), response.headers.get('cache-control')]).toEqual([
      'old small.webp',
      'public, max-age=60, stale-while-revalidate=0',
    ]);
  });

  test('is the one of the manifest if the render queue is full', async () => {
    const image = await finishedEarlier(['small.webp']);
    const full = await createEdgeHarness({ beside: edge, env: { ENGINE_PROCESSES: 0, EDGE_QUEUE_MAX: 0 } });
    onTestFinished(() => full.close());
    expect(await (await full.get(friendlyPath(image, 'small.webp'))).text()).toBe('old small.webp');
    expect((await full.get(friendlyPath(await uploaded(), 'small.webp'))).status).toBe(503);
  });

  test('that the URL names is shown if it is stored, else the URL moves to the current one', async () => {
    const image = await finishedEarlier(['small.webp']);
    const named = await edge.get(friendlyPath(image, `small?v=${OLD}`));
    expect([await named.text(), named.headers.get('cache-control')]).toEqual(['old small.webp', CACHE_IMMUTABLE]);
    for (const [file, location] of [
      ['small?v=bbbbbbbbbbbb', `?v=${avatar.revision}`],
      ['small.avif?download=a%26b&v=bbbbbbbbbbbb', `?v=${avatar.revision}&download=a%26b`],
    ]) {
      const moved = await edge.get(friendlyPath(image, file ?? ''));
      const { status, headers } = moved;
      expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([
        307,
        location,
        'public, max-age=60',
      ]);
    }
  });

  test('that is lost moves each of the concurrent requests to its own form of URL', async () => {
    const image = await finishedEarlier(['small.webp']);
    await edge.storage.delete(pathOf(image, 'small.webp', OLD).slice(1));
    const paths = [`small?v=${OLD}&download=a`, `small.webp?v=${OLD}`].map((file) => friendlyPath(image, file));
    const moved = await Promise.all([...paths, pathOf(image, 'small.webp', OLD)].map((path) => edge.get(path)));
    expect(moved.map(({ headers }) => headers.get('location'))).toEqual([
      `?v=${avatar.revision}&download=a`,
      `?v=${avatar.revision}`,
      `../${avatar.revision}/small.webp`,
    ]);
  });

  test('of another category moves to that of the image', async () => {
    const image = await uploaded();
    const product = edge.services.categories.get('product')?.revision;
    const moved = await edge.get(friendlyPath(image, `small?v=${product}`));
    expect([moved.status, moved.headers.get('location')]).toEqual([307, `?v=${avatar.revision}`]);
  });
});
