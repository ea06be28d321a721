import { CACHE_IMMUTABLE } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { avatar, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';

const edge = useEdge({ env: { EDGE_MAX_AGE_SECONDS: 600, EDGE_STALE_SECONDS: 7200 } });
const uploaded = async () => {
  const image = newImage();
  await upload(edge, image);
  return image;
};
const chrome = { accept: 'image/avif,image/webp,image/*,*/*;q=0.8' };
const typeOf = (response: Response) => response.headers.get('content-type');

test('a friendly URL shows the planned rendition in the format that the client accepts', async () => {
  const { imageId } = await uploaded();
  const best = await edge.get(`/images/${imageId}/small`, chrome);
  const any = await edge.get(`/images/${imageId}/small`);
  expect([best.status, any.status]).toEqual([200, 200]);
  expect([typeOf(best), typeOf(any)]).toEqual(['image/avif', 'image/webp']);
  expect([best.headers.get('vary'), any.headers.get('vary')]).toEqual(['Accept', 'Accept']);
  const planned = await edge.get(pathOf({ imageId }, 'small.avif'));
  expect(planned.headers.get('cache-status')).toContain('hit');
  expect(await planned.bytes()).toEqual(await best.bytes());
});

test('an extension names the format, whatever the client accepts', async () => {
  const { imageId } = await uploaded();
  const response = await edge.get(`/images/${imageId}/large.jpg`, chrome);
  expect(typeOf(response)).toBe('image/jpeg');
  expect(response.headers.has('vary')).toBe(false);
});

test('is kept for the configured time, and for a year with the current revision', async () => {
  const { imageId } = await uploaded();
  const cacheControl = async (query: string) =>
    (await edge.get(`/images/${imageId}/small.webp${query}`)).headers.get('cache-control');
  const configured = 'public, max-age=600, stale-while-revalidate=7200';
  expect(await cacheControl('')).toBe(configured);
  expect(await cacheControl(`?v=${avatar.revision}`)).toBe(CACHE_IMMUTABLE);
  expect(await cacheControl('?v=0123456789ab')).toBe(configured);
});

test('answers HEAD, ranges and conditions without another render, and offers a file name', async () => {
  const { imageId } = await uploaded();
  const path = `/images/${imageId}/small.webp`;
  const first = await edge.get(path);
  const bytes = await first.bytes();
  const etag = first.headers.get('etag') ?? '';
  const head = await edge.get(path, {}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  const part = await edge.get(path, { range: 'bytes=2-5' });
  expect([part.status, await part.bytes()]).toEqual([206, bytes.slice(2, 6)]);
  const same = await edge.get(path, { 'if-none-match': etag });
  expect([same.status, same.headers.get('cache-control')]).toEqual([304, first.headers.get('cache-control')]);
  const saved = await edge.get(`${path}?download=me.exe`);
  expect(saved.headers.get('content-disposition')).toBe('attachment; filename=me.exe.webp');
});

test.each([
  ['an unknown variant', (id: string) => `/images/${id}/huge`],
  ['a format that the variant does not have', (id: string) => `/images/${id}/small.png`],
  ['an unknown extension', (id: string) => `/images/${id}/small.gif`],
  ['a second extension', (id: string) => `/images/${id}/small.webp.webp`],
  ['an empty extension', (id: string) => `/images/${id}/small.`],
  ['an id in capitals', (id: string) => `/images/${id.toUpperCase()}/small`],
  ['no id', () => '/images/shoe/small'],
])('finds nothing for %s', async (_what, pathOfId) => {
  const image = await uploaded();
  const response = await edge.get(pathOfId(image.imageId));
  expect([response.status, (await response.json()).code]).toEqual([404, 'picture-not-found']);
});

test('an unknown variant needs no outside call', async () => {
  const { imageId } = newImage();
  await edge.get(`/images/${imageId}/huge`);
  expect(edge.calls.filter((call) => call.includes(imageId))).toEqual([]);
});

test('finds nothing before the upload', async () => {
  const image = newImage();
  await edge.queue.add(image, 3600_000);
  const response = await edge.get(`/images/${image.imageId}/small`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'public, max-age=2']);
});

test('a deleted image is gone', async () => {
  const image = await uploaded();
  await edge.deletions.begin(image);
  const response = await edge.get(`/images/${image.imageId}/small.webp`);
  expect([response.status, (await response.json()).code]).toEqual([410, 'image-gone']);
});
