import { createImagemill, type Image, type Imagemill, type UploadRequest } from '@imagemill/client';
import { beforeAll, expect, test } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { type SharedStack, sharedStack } from '../test-support/shared.ts';

let stack: SharedStack;
let imagemill: Imagemill;
beforeAll(async () => {
  stack = await sharedStack();
  imagemill = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
});

const request: UploadRequest = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 9, category: 'avatar' };

test('returns many tickets in one call, in their order', async () => {
  const requests = ['a.jpg', 'b.png'].map((filename) => ({
    ...request,
    filename,
    contentType: filename === 'b.png' ? 'image/png' : 'image/jpeg',
  }));
  const tickets = await imagemill.requestUploads(requests);
  expect(tickets.map(({ key }) => key.split('.').at(-1))).toEqual(['jpg', 'png']);
});

test('returns the same image for the same idempotency key', async () => {
  const idempotencyKey = crypto.randomUUID();
  const [first, second] = [
    await imagemill.requestUpload(request, { idempotencyKey }),
    await imagemill.requestUpload(request, { idempotencyKey }),
  ];
  expect(second.imageId).toBe(first.imageId);
});

test('imports an image from a URL with a focus, changes it, enhances the image, and deletes the image', async () => {
  const { renditions } = await imagemill.upload(new File([new Uint8Array(await longPhoto())], 'shoe.jpg'), {
    category: 'avatar',
  });
  const url = renditions.find(({ variant, format }) => variant === 'large' && format === 'jpeg')?.url ?? '';
  const imported = await imagemill.importImage({ url, category: 'avatar', focus: { x: 0, y: 1 } });
  const image = await imagemill.waitUntilReady(imported);
  expect(image.source).toMatchObject({ width: 150, height: 150, format: 'jpeg' });
  expect(image.focus).toEqual({ x: 0, y: 1 });
  const { status, source, warnings } = image;
  expect(warnings?.map(({ code }) => code)).toContain('too-small');
  expect(await imagemill.getReport(image.imageId)).toMatchObject({ status, source, warnings, examined: 'pixels' });
  const { followToken } = imported;
  const asFollower = createImagemill({ baseUrl: stack.apiUrl });
  expect(await asFollower.getReport(image.imageId, { followToken })).toMatchObject({ status, examined: 'pixels' });
  expect(await imagemill.reprocessImage(image.imageId)).toMatchObject({ imageId: image.imageId });
  await imagemill.waitUntilReady(imported);
  expect(await imagemill.setFocus(image.imageId, { x: 1, y: 0 })).toMatchObject({ focus: { x: 1, y: 0 } });
  const moved = await imagemill.waitUntilReady(imported);
  expect(moved.renditions.map(({ url }) => url)).not.toContain(image.renditions[0]?.url);
  expect(moved.renditions).toHaveLength(image.renditions.length);
  const enhanced = await imagemill.setEnhance(image.imageId, 'sharpen');
  expect(enhanced).toMatchObject({ enhance: 'sharpen', focus: { x: 1, y: 0 } });
  const sharpened = await imagemill.waitUntilReady(imported);
  expect(sharpened.renditions.map(({ url }) => url)).not.toContain(moved.renditions[0]?.url);
  await imagemill.deleteImage(image.imageId);
  await expect(imagemill.getImage(image.imageId)).rejects.toMatchObject({ code: 'image-not-found' });
});

test('lists all images across pages, newest first', async () => {
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1) made.push((await client.requestUpload(request)).imageId);
  const listed: Image[] = [];
  for await (const image of client.listImages({ status: 'awaiting-upload', limit: 2 })) listed.push(image);
  expect(listed.map(({ imageId }) => imageId).filter((imageId) => made.includes(imageId))).toEqual(made.toReversed());
});

test('a wait ends at its timeout, or if its signal is aborted', async () => {
  const { imageId } = await imagemill.requestUpload(request);
  await expect(imagemill.waitUntilReady(imageId, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
  const reason = new Error('enough');
  await expect(imagemill.waitUntilReady(imageId, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('polls with the ETag, and yields only changes', async () => {
  const answers: number[] = [];
  const unchanged = () => answers.filter((status) => status === 304).length;
  const ended = new AbortController();
  const counting = async (...args: Parameters<typeof fetch>) => {
    const response = await fetch(...args);
    if (args[1]?.method === 'GET') answers.push(response.status);
    if (unchanged() === 2) ended.abort(new Error('enough'));
    return response;
  };
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: counting });
  const { imageId } = await client.requestUpload(request);
  const told: Image[] = [];
  const { signal } = ended;
  const wait = client.waitUntilReady(imageId, { signal, live: false, onImage: (image) => told.push(image) });
  await expect(wait).rejects.toThrow('enough');
  expect(told).toHaveLength(1);
  expect(answers).toEqual([200, 304, 304]);
});
