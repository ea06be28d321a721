import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createImagemill,
  ImageEndedError,
  type Imagemill,
  ImagemillError,
  UploadError,
  type UploadProgress,
  type UploadTicket,
} from '@imagemill/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longPhoto, plainTiff } from '../test-support/photos.ts';
import { type SharedStack, sharedStack } from '../test-support/shared.ts';

let stack: SharedStack;
let imagemill: Imagemill;
let dir: string;
/** The bytes of a picture that renders quickly. */
let path: string;
let largerPath: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-photo-'));
  path = join(dir, 'shoe.jpg');
  await writeFile(path, await longPhoto());
  largerPath = join(dir, 'scan.tiff');
  await writeFile(largerPath, await plainTiff());
  stack = await sharedStack();
  imagemill = createImagemill({ baseUrl: `${stack.apiUrl}/`, apiKey: stack.apiKey });
});
afterAll(() => rm(dir, { recursive: true }));

describe('a photograph becomes ready', () => {
  test('from a path', async () => {
    const image = await imagemill.upload(path, { category: 'product' });
    expect(image).toMatchObject({ status: 'ready', progress: { done: 12, total: 12 } });
    expect(image.source?.bytes).toBe((await stat(path)).size);
  });

  test('from a File, as a form', async () => {
    const file = new File([await readFile(path)], 'shoe.jpg', { type: 'image/jpeg' });
    let ticket: UploadTicket | undefined;
    const onTicket = (issued: UploadTicket) => {
      ticket = issued;
    };
    const image = await imagemill.upload(file, { category: 'tiny', method: 'POST', onTicket });
    expect(ticket).toMatchObject({ method: 'POST', imageId: image.imageId });
    expect(image.status).toBe('ready');
  });

  test('from bytes, with the type taken from the file name', async () => {
    const image = await imagemill.upload(await readFile(path), { category: 'tiny', filename: 'me.JPG' });
    expect(image).toMatchObject({ status: 'ready', category: 'tiny' });
  });

  test('from a stream of known size', async () => {
    const { size } = await stat(path);
    const image = await imagemill.upload(
      { stream: createReadStream(path), size, name: 'shoe.jpg' },
      { category: 'tiny' },
    );
    expect(image.source?.bytes).toBe(size);
  });
});

test('reports sent bytes and live renditions, and never decreases', async () => {
  const told: UploadProgress[] = [];
  const { size } = await stat(largerPath);
  await imagemill.upload(largerPath, { category: 'product', onProgress: (progress) => told.push(progress) });
  const sent = told.filter(({ phase }) => phase === 'uploading').map(({ loaded }) => loaded);
  expect(sent.at(0)).toBe(0);
  expect(sent.at(-1)).toBe(size);
  expect(sent.length).toBeGreaterThan(3);
  expect(sent).toEqual(sent.toSorted((a, b) => a - b));
  const done = told.filter(({ phase }) => phase === 'processing').map(({ done }) => done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(told.at(-1)).toMatchObject({ phase: 'processing', loaded: size, total: size, done: 12, planned: 12 });
  expect(told.at(-1)?.renditions).toHaveLength(12);
});

test('"uploaded" does not wait for renditions, and a ticket is enough to wait for them without a key', async () => {
  let ticket: UploadTicket | undefined;
  const onTicket = (issued: UploadTicket) => {
    ticket = issued;
  };
  const image = await imagemill.upload(path, { category: 'tiny', wait: 'uploaded', onTicket });
  expect(['queued', 'processing', 'ready']).toContain(image.status);
  if (!ticket) throw new Error('No ticket was told of.');
  const page = createImagemill({ baseUrl: stack.apiUrl });
  expect(await page.waitUntilReady(ticket)).toMatchObject({ imageId: image.imageId, status: 'ready' });
  await expect(page.getImage(image.imageId)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
});

test('rejects a file that is not an image, with the reason and the image', async () => {
  const text = new Blob(['no picture'], { type: 'image/jpeg' });
  const error = await imagemill.upload(text, { category: 'tiny' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImageEndedError);
  expect(error).toMatchObject({ code: 'unsupported-format', retryable: false, image: { status: 'rejected' } });
});

test('an error of the API has its code, status, field and request id', async () => {
  const error = await imagemill.upload(path, { category: 'hats' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImagemillError);
  expect(error).toMatchObject({ code: 'unknown-category', status: 422, field: 'category', retryable: false });
  expect((error as ImagemillError).requestId).toMatch(/\S+/);
});

test('an error of the storage is an UploadError with its message', async () => {
  const forged = async (...[url, init]: Parameters<typeof fetch>) => {
    const isUpload = init?.method === 'PUT';
    return fetch(isUpload ? String(url).replace(/X-Amz-Signature=\w+/, 'X-Amz-Signature=00') : url, init);
  };
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: forged });
  const error = await client.upload(path, { category: 'tiny' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UploadError);
  expect(error).toMatchObject({ code: 'storage-refused', status: 403, retryable: false });
  expect((error as Error).message).toMatch(/signature/i);
});

test("an aborted upload rejects with its signal's reason, and leaves no image", async () => {
  const controller = new AbortController();
  const reason = new Error('The seller has left the page.');
  let imageId = '';
  const upload = imagemill.upload(largerPath, {
    category: 'tiny',
    signal: controller.signal,
    onTicket: (ticket) => {
      ({ imageId } = ticket);
    },
    onProgress: ({ loaded }) => loaded > 0 && controller.abort(reason),
  });
  await expect(upload).rejects.toBe(reason);
  await expect(imagemill.getImage(imageId)).rejects.toMatchObject({ code: 'image-not-found', status: 404 });
});

test('an upload whose responses are lost is retried, and creates one image', async () => {
  const lost = new Set<string>();
  const ids = new Set<string>();
  const losing = async (...[url, init]: Parameters<typeof fetch>) => {
    const response = await fetch(url, init);
    const call = `${init?.method} ${new URL(String(url)).pathname.split('/').at(-1)}`;
    if (init?.method === 'GET' || lost.has(call)) return response;
    if (call.endsWith('upload-url')) ids.add(((await response.json()) as UploadTicket).imageId);
    lost.add(call);
    throw new TypeError('fetch failed');
  };
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: losing });
  const image = await client.upload(path, { category: 'tiny' });
  expect(lost).toEqual(new Set(['POST upload-url', 'PUT original.jpg', 'POST complete']));
  expect(ids).toEqual(new Set([image.imageId]));
});

test('renews an expired URL, for the same image', async () => {
  const tickets: UploadTicket[] = [];
  const late = async (...[url, init]: Parameters<typeof fetch>) => {
    const response = await fetch(url, init);
    if (!String(url).endsWith('/upload-url')) return response;
    const ticket = (await response.json()) as UploadTicket;
    tickets.push(ticket);
    const isFirst = tickets.length === 1;
    return Response.json(
      isFirst
        ? { ...ticket, uploadUrl: 'https://127.0.0.1:1/', expiresAt: ticket.expiresAt.replace(/^20../, '2020') }
        : ticket,
    );
  };
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: late });
  const image = await client.upload(path, { category: 'tiny' });
  expect(tickets.map(({ imageId }) => imageId)).toEqual([image.imageId, image.imageId]);
});

test('uploads with only a ticket, and reports when the image is ready', async () => {
  const file = new File([await readFile(path)], 'shoe.jpg', { type: 'image/jpeg' });
  const request = { filename: file.name, contentType: file.type, contentLength: file.size, category: 'tiny' };
  const ticket = await imagemill.requestUpload(request);
  const page = createImagemill({ baseUrl: stack.apiUrl });
  const image = await page.uploadTo(ticket, file, { complete: false });
  expect(image).toMatchObject({ imageId: ticket.imageId, status: 'ready' });
  await expect(page.uploadTo(ticket, file)).rejects.toMatchObject({ code: 'unauthorized' });
});
