import { beforeAll, expect, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { createSeller } from './test-support/seller.ts';
import { equippedStack } from './test-support/shared.ts';

const photo = await longPhoto();

let stack: Awaited<ReturnType<typeof equippedStack>>;
let seller: ReturnType<typeof createSeller>;
beforeAll(async () => {
  stack = await equippedStack();
  seller = createSeller(stack);
});

const papers = { bytes: photo, category: 'papers' };
/** The same object, without the edge. */
const inBucket = (url: string) =>
  url.replace(stack.cdnBaseUrl, `${stack.s3Endpoint}/${stack.cdnBucket}`).replace(/\?.*/, '');
const statusOf = async (url: string) => (await fetch(url)).status;

test('every URL of a private ticket shows its picture only with its signature', async () => {
  const ticket = await seller.ticket(papers);
  await seller.put(ticket, photo);
  expect(ticket.renditions.length).toBeGreaterThan(1);
  for (const { variant, url } of ticket.renditions) {
    const shown = await fetch(url);
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([
      200,
      expect.stringMatching(/^private, max-age=\d+$/),
    ]);
    const [path = '', query = ''] = url.split('?');
    expect(await statusOf(path)).toBe(403);
    expect(await statusOf(url.replace(/exp=\d{4}/, 'exp=2999'))).toBe(403);
    expect(await statusOf(path.replace('/private/', '/images/'))).toBe(404);
    expect(await statusOf(`${path.replace('/private/', '/images/')}?${query}`)).toBe(404);
    expect(await statusOf(`${stack.edgeUrl}/images/${ticket.imageId}/${variant}`)).toBe(404);
  }
});

test('the renditions that a worker makes are private: anonymous requests can neither read nor list them in the bucket', async () => {
  const { image } = await seller.upload(papers);
  expect(image).toMatchObject({ status: 'ready' });
  for (const { url, bytes, expiresAt = '' } of image.renditions) {
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    const { status, headers } = await fetch(url);
    const cached = bytes === null ? 'fwd=miss; stored' : 'hit';
    expect([status, headers.get('cache-status')]).toEqual([200, expect.stringContaining(`imagemill; ${cached}`)]);
    expect(await statusOf(inBucket(url))).toBe(403);
    expect(await statusOf(inBucket(url).replace('/private/', '/images/'))).not.toBe(200);
  }
  const bucket = `${stack.s3Endpoint}/${stack.cdnBucket}`;
  expect(await statusOf(`${bucket}/?list-type=2&prefix=private/`)).toBe(403);
  const { image: open } = await seller.upload({ bytes: photo, category: 'avatar' });
  expect(await statusOf(inBucket(open.renditions[0]?.url ?? ''))).toBe(200);
});

test('statuses, listings and live events have URLs that work', async () => {
  const { image } = await seller.upload(papers);
  const headers = { authorization: `Bearer ${stack.apiKey}` };
  const [status, listing, events] = await Promise.all(
    [`/${image.imageId}`, '?category=papers&limit=5', `/${image.imageId}/events`].map(async (path) =>
      (await fetch(`${stack.apiUrl}/v1/images${path}`, { headers })).text(),
    ),
  );
  for (const text of [status, listing, events]) {
    const urls = [...(text ?? '').matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => url);
    const own = urls.filter((url) => url.includes(image.imageId));
    expect(new Set(own).size).toBe(image.renditions.length);
    for (const url of own)
      expect([new URL(url).pathname, await statusOf(url)]).toEqual([expect.stringMatching(/^\/private\//), 200]);
  }
});

test('a deleted private image is gone for its tenant, and does not exist for anybody else', async () => {
  const { image } = await seller.upload(papers);
  const { url = '' } = image.renditions[0] ?? {};
  const headers = { authorization: `Bearer ${stack.apiKey}` };
  await fetch(`${stack.apiUrl}/v1/images/${image.imageId}`, { method: 'DELETE', headers });
  await vi.waitFor(async () => expect(await statusOf(url)).toBe(410));
  expect(await statusOf(`${stack.edgeUrl}/images/${image.imageId}/page`)).toBe(404);
});
