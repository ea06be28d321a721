import sharp from 'sharp';
import { beforeAll, expect, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { runCommand } from './test-support/run-command.ts';
import { createSeller } from './test-support/seller.ts';
import { equippedStack } from './test-support/shared.ts';

const photo = await longPhoto();

let stack: Awaited<ReturnType<typeof equippedStack>>;
let seller: ReturnType<typeof createSeller>;
beforeAll(async () => {
  stack = await equippedStack();
  seller = createSeller(stack);
});

/** Without the edge. */
const fromBucket = (url: string) => fetch(url.replace(stack.cdnBaseUrl, `${stack.s3Endpoint}/${stack.cdnBucket}`));
const bytesAt = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('a picture that the edge makes is published as a worker does it, and is gone after a deletion', async () => {
  const ticket = await seller.ticket({ bytes: photo, category: 'avatar' });
  await seller.put(ticket, photo);
  const { url = '' } = ticket.renditions[0] ?? {};
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get('cache-status')]).toEqual([200, 'imagemill; fwd=miss; stored']);
  const published = await fromBucket(url);
  expect((await bytesAt(published)).equals(await bytesAt(answer))).toBe(true);
  expect(published.headers.get('cache-control')).toBe(answer.headers.get('cache-control'));
  expect(published.headers.get('etag')).toBe(answer.headers.get('etag'));
  const friendly = `${stack.edgeUrl}/images/${ticket.imageId}/small`;
  const { headers } = await fetch(friendly, { headers: { accept: 'image/avif,image/webp,*/*;q=0.8' } });
  expect([headers.get('content-type'), headers.get('vary')]).toEqual(['image/avif', 'Accept']);

  await fetch(`${stack.apiUrl}/v1/images/${ticket.imageId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${stack.apiKey}` },
  });
  await vi.waitFor(async () => expect([(await fetch(url)).status, (await fetch(friendly)).status]).toEqual([410, 410]));
});

test('a rendition on request is not made at the upload, and the edge makes it with the size that the status promises', async () => {
  const { image } = await seller.upload({ bytes: photo, category: 'lazy' });
  expect(image.status).toBe('ready');
  const [made, planned] = ['webp', 'jpeg'].map((format) => image.renditions.find((one) => one.format === format));
  expect((await fromBucket(made?.url ?? '')).status).toBe(200);
  expect(planned).toMatchObject({ planned: true, bytes: null });
  // Anonymous readers may not list, so a missing key is not a 404.
  expect((await fromBucket(planned?.url ?? '')).status).toBe(403);
  const answer = await fetch(planned?.url ?? '');
  expect([answer.status, answer.headers.get('cache-status')]).toEqual([200, 'imagemill; fwd=miss; stored']);
  const bytes = await bytesAt(answer);
  const { width, height } = planned ?? {};
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height });
  expect((await bytesAt(await fromBucket(planned?.url ?? ''))).equals(bytes)).toBe(true);
});

test("the operator's mark is on the renditions of a worker and on those that the edge makes", async () => {
  const { image } = await seller.upload({ bytes: photo, category: 'catalogue' });
  for (const variant of ['marked', 'later', 'focused']) {
    const picture = sharp(await bytesAt(await fetch(`${stack.edgeUrl}/images/${image.imageId}/${variant}`)));
    const middle = await picture
      .resize(16, 16, { fit: 'cover' })
      .extract({ left: 7, top: 7, width: 2, height: 2 })
      .raw()
      .toBuffer();
    const [red = 0, green = 0, blue = 0] = middle;
    expect(red - Math.max(green, blue) > 200, variant).toBe(variant !== 'focused');
  }
});

test('a URL that `imagemill sign` prints shows its size, and no other', async () => {
  const { image } = await seller.upload({ bytes: photo, category: 'avatar' });
  const args = ['sign', image.imageId, '--width', '40', '--height', '30', '-f', 'webp'];
  const { stdout } = await runCommand(args, { IMAGEMILL_DIR: stack.dir });
  const answer = await fetch(stdout.trim());
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
  expect(await sharp(await bytesAt(answer)).metadata()).toMatchObject({ width: 40, height: 30 });
  expect((await fetch(stdout.trim().replace('w=40', 'w=50'))).status).toBe(403);
});
