import { createHash } from 'node:crypto';
import { heicSample } from '@imagemill/imaging/test-support';
import { rejectedManifest } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { CACHE_IMMUTABLE, manifestKey } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { newImage, pathOf, photo, upload, useEdge, workersBytes } from '../test-support/edge-harness.ts';
import { publishManifest, subjectOf } from '../test-support/publish-manifest.ts';

const edge = useEdge();
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const finish = (image: RenderImage) => publishManifest(edge, image);
const reject = async (image: RenderImage) =>
  edge.manifests.publish(
    rejectedManifest(await subjectOf(edge, image), { code: 'corrupt', publicMessage: '' }),
    undefined,
  );
const callsFor = ({ imageId }: RenderImage) => edge.calls.filter((call) => call.includes(imageId));
async function problemOf(response: Response) {
  const { code } = await response.json();
  return { status: response.status, code, cacheControl: response.headers.get('cache-control') };
}

test('a ticketed URL has a picture from the second its original is there, without any report or worker', async () => {
  const image = newImage();
  await edge.queue.add(image, 3600_000);
  const path = pathOf(image);
  expect(await problemOf(await edge.get(path))).toEqual({
    status: 404,
    code: 'picture-not-found',
    cacheControl: 'public, max-age=2',
  });
  const uploaded = newImage();
  await upload(edge, uploaded);
  const response = await edge.get(pathOf(uploaded));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/webp');
  expect((await bytesOf(response)).byteLength).toBeGreaterThan(500);
});

test('is published with the bytes, the key and the headers of a worker', async () => {
  const image = newImage();
  await upload(edge, image);
  const path = pathOf(image, 'large.avif');
  const served = await bytesOf(await edge.get(path));
  expect(Buffer.compare(served, (await workersBytes('large.avif')) ?? photo)).toBe(0);
  const object = await edge.storage.open(path.slice(1));
  const sha256 = createHash('sha256').update(served).digest('base64');
  expect(object?.facts).toMatchObject({
    contentType: 'image/avif',
    cacheControl: CACHE_IMMUTABLE,
    metadata: { sha256 },
  });
  expect(Buffer.compare(Buffer.concat(await Array.fromAsync(object?.body ?? [])), served)).toBe(0);
});

test('a HEIC has the same pictures as from a worker', async () => {
  const heic = await heicSample('p3');
  const image = newImage();
  await upload(edge, image, heic);
  const served = await bytesOf(await edge.get(pathOf(image, 'small.webp')));
  expect(Buffer.compare(served, (await workersBytes('small.webp', heic)) ?? heic)).toBe(0);
});

test('bytes that are stored already win', async () => {
  const image = newImage();
  await upload(edge, image);
  const body = Buffer.from('made on another machine');
  const key = pathOf(image).slice(1);
  await edge.storage.put({ key, body, contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
  expect(Buffer.from(await bytesOf(await edge.get(pathOf(image)))).toString()).toBe('made on another machine');
});

test('tells caches where the picture came from, and which image it belongs to', async () => {
  const image = newImage();
  await upload(edge, image);
  const [miss, hit] = [await edge.get(pathOf(image)), await edge.getHeld(pathOf(image))];
  expect(Object.fromEntries(miss.headers)).toMatchObject({
    'cache-control': CACHE_IMMUTABLE,
    'cdn-cache-control': 'max-age=31536000',
    'cache-status': 'imagemill; fwd=miss; stored',
    'server-timing': expect.stringMatching(
      /^queue;dur=[\d.]+, fetch;dur=[\d.]+, decode;dur=[\d.]+, encode;dur=[\d.]+$/,
    ),
    'repr-digest': expect.stringMatching(/^sha-256=:[\w+/]{43}=:$/),
    'timing-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-tag': image.imageId,
    'surrogate-key': image.imageId,
  });
  expect(hit.headers.get('repr-digest')).toBe(miss.headers.get('repr-digest'));
  expect(hit.headers.get('etag')).toBe(miss.headers.get('etag'));
});

test('concurrent requests for one missing picture are one render', async () => {
  const image = newImage();
  await upload(edge, image);
  const responses = await Promise.all(Array.from({ length: 50 }, () => edge.get(pathOf(image))));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(callsFor(image).filter((call) => call.startsWith('put'))).toHaveLength(1);
  const statuses = responses.map(({ headers }) => headers.get('cache-status') ?? '');
  expect(statuses.filter((status) => status.endsWith('stored'))).toHaveLength(1);
  expect(statuses.filter((status) => status.endsWith('collapsed'))).not.toEqual([]);
});

test('a matching If-None-Match is a 304 without any decode', async () => {
  const image = newImage();
  await upload(edge, image);
  const etag = (await edge.get(pathOf(image))).headers.get('etag') ?? '';
  edge.services.pictures.forget(pathOf(image).slice(1));
  edge.calls.length = 0;
  const response = await edge.get(pathOf(image), { 'if-none-match': `"other", W/${etag}` });
  expect([response.status, await response.text()]).toEqual([304, '']);
  expect(callsFor(image).filter((call) => call.includes('original'))).toEqual([]);
});

test('pages of other origins may read why there is no picture', async () => {
  for (const path of [pathOf(newImage()), '/images/none', '/a/%2e']) {
    const { status, headers } = await edge.get(path);
    expect([status >= 400, headers.get('access-control-allow-origin')], path).toEqual([true, '*']);
  }
});

test('HEAD answers like GET, without the body', async () => {
  const image = newImage();
  await upload(edge, image);
  const head = await edge.get(pathOf(image), {}, 'HEAD');
  const get = await edge.get(pathOf(image));
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const name of ['etag', 'content-length', 'content-type', 'repr-digest']) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
});

test('an original that a finished image was not made from is not rendered', async () => {
  const image = newImage();
  await upload(edge, image);
  await finish(image);
  const other = Buffer.concat([photo, Buffer.from(' ')]);
  await edge.storage.put({ key: image.originalKey, body: other, contentType: 'image/jpeg', cacheControl: 'private' });
  expect((await edge.get(pathOf(image))).status).toBe(404);
});

test('a file that is not an image has no picture, and is not read again for each request', async () => {
  const image = newImage();
  await upload(edge, image, Buffer.from('not an image at all'));
  expect(await problemOf(await edge.get(pathOf(image)))).toEqual({
    status: 404,
    code: 'not-renderable',
    cacheControl: 'public, max-age=2',
  });
  expect((await edge.get(pathOf(image))).status).toBe(404);
  expect(callsFor(image).filter((call) => call === `open ${image.originalKey}`)).toHaveLength(1);
});

test.each([
  ['rejected', reject],
  ['deleted', (image: RenderImage) => edge.deletions.begin(image)],
])('a %s image is gone', async (_what, end) => {
  const image = newImage();
  await upload(edge, image);
  await end(image);
  expect(await problemOf(await edge.get(pathOf(image)))).toEqual({
    status: 410,
    code: 'image-gone',
    cacheControl: 'public, max-age=60',
  });
});

test('an image whose deletion was requested before its first render is gone', async () => {
  const image = newImage();
  await upload(edge, image);
  await edge.queue.requestDeletion(image);
  expect((await edge.get(pathOf(image))).status).toBe(410);
});

test.each([
  ['truncated', '{"manifestVersion":2,"status":"rea'],
  ['of a later version', '{"manifestVersion":99}'],
])('a manifest that is %s is an error, never a picture', async (_what, text) => {
  const image = newImage();
  await upload(edge, image);
  const record = { body: Buffer.from(text), contentType: 'application/json', cacheControl: 'private' };
  await edge.storage.put({ key: manifestKey(image.imageId), ...record });
  expect(await problemOf(await edge.get(pathOf(image)))).toEqual({
    status: 500,
    code: 'internal-error',
    cacheControl: 'no-store',
  });
});

test('an earlier revision is its stored bytes, else a short redirect to the current one', async () => {
  const image = newImage();
  await upload(edge, image);
  const old = 'aaaaaaaaaaaa';
  const redirect = await edge.get(pathOf(image, 'small.webp', old));
  expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([307, 'public, max-age=60']);
  const location = new URL(
    redirect.headers.get('location') ?? '',
    `http://cdn.test/base${pathOf(image, 'small.webp', old)}`,
  );
  expect(location.pathname).toBe(`/base${pathOf(image)}`);
  const key = pathOf(image, 'gone-variant.webp', old).slice(1);
  await edge.storage.put({ key, body: Buffer.from('old'), contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
  expect(await (await edge.get(`/${key}`)).text()).toBe('old');
  expect((await edge.get(pathOf(image, 'never-was.webp', old))).status).toBe(404);
});

test('a rendition that the set does not have is a 404 without any call', async () => {
  const image = newImage();
  await upload(edge, image);
  edge.calls.length = 0;
  for (const file of ['retina.webp', 'small.png', 'none.avif']) {
    expect((await edge.get(pathOf(image, file))).status).toBe(404);
  }
  expect(callsFor(image)).toEqual([]);
});
