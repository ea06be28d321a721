import { createImagemill, type Imagemill, type UploadTicket } from '@imagemill/client';
import { beforeAll, expect, test, vi } from 'vitest';
import { scanBytes } from '../test-support/photos.ts';
import { type SharedStack, sharedStack } from '../test-support/shared.ts';

const MIB = 1024 * 1024;

let stack: SharedStack;
let imagemill: Imagemill;
let scan: Blob;
beforeAll(async () => {
  stack = await sharedStack();
  imagemill = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
  scan = new File([new Uint8Array(await scanBytes())], 'scan.tiff');
  expect(scan.size).toBeGreaterThan(16 * MIB);
});

/** A client that calls `before` each upload to the storage, and counts uploads by part. */
function watched(before: (partNumber: string) => void) {
  const sent: string[] = [];
  const watching = async (...[url, init]: Parameters<typeof fetch>) => {
    const partNumber = new URL(String(url)).searchParams.get('partNumber');
    if (partNumber !== null) {
      before(partNumber);
      sent.push(partNumber);
    }
    return fetch(url, init);
  };
  return { sent, client: createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: watching }) };
}

test('sends a large file in parts, and reports the total progress', async () => {
  const { client, sent } = watched(() => {});
  const loaded: number[] = [];
  let ticket: UploadTicket | undefined;
  const image = await client.upload(scan, {
    category: 'tiny',
    onTicket: (issued) => {
      ticket = issued;
    },
    onProgress: (progress) => progress.phase === 'uploading' && loaded.push(progress.loaded),
  });
  expect(ticket).toMatchObject({ method: 'MULTIPART', partSize: 8 * MIB, partCount: 3 });
  expect(sent.toSorted()).toEqual(['1', '2', '3']);
  expect(image.source).toMatchObject({ format: 'tiff', bytes: scan.size });
  expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
  expect(loaded.at(-1)).toBe(scan.size);
});

test('sends a stream in parts, and it arrives complete', async () => {
  const stream = { stream: scan.stream(), size: scan.size, name: 'scan.tiff' };
  const image = await imagemill.upload(stream, { category: 'tiny' });
  expect(image.source?.bytes).toBe(scan.size);
});

test('retries only the failed part', async () => {
  let hasFailed = false;
  const { client, sent } = watched((partNumber) => {
    if (partNumber !== '2' || hasFailed) return;
    hasFailed = true;
    throw new TypeError('fetch failed');
  });
  await client.upload(scan, { category: 'tiny' });
  expect(hasFailed).toBe(true);
  expect(sent.toSorted()).toEqual(['1', '2', '3']);
});

test('resumes an interrupted upload with the missing parts', async () => {
  const controller = new AbortController();
  let imageId = '';
  const { client: breaking } = watched((partNumber) => {
    if (partNumber === '3') throw new TypeError('fetch failed');
  });
  const upload = breaking.upload(scan, {
    category: 'tiny',
    keepOnAbort: true,
    signal: controller.signal,
    onTicket: (ticket) => {
      ({ imageId } = ticket);
    },
  });
  const ended = expect(upload).rejects.toThrow('The line broke.');
  await vi.waitFor(async () => expect(await imagemill.parts.uploaded(imageId)).toHaveLength(2));
  controller.abort(new Error('The line broke.'));
  await ended;

  const { client, sent } = watched(() => {});
  const loaded: number[] = [];
  const image = await client.upload(scan, {
    category: 'tiny',
    resume: imageId,
    onProgress: (progress) => progress.phase === 'uploading' && loaded.push(progress.loaded),
  });
  expect(sent).toEqual(['3']);
  expect(image).toMatchObject({ imageId, status: 'ready', source: { bytes: scan.size } });
  expect(loaded.find((bytes) => bytes > 0)).toBeGreaterThanOrEqual(16 * MIB);

  const again = await client.upload(scan, { category: 'tiny', resume: imageId });
  expect(again).toMatchObject({ imageId, status: 'ready' });
  expect(sent).toEqual(['3']);
});

test('an aborted multipart upload leaves no image, and sends no further requests', async () => {
  const controller = new AbortController();
  let imageId = '';
  const { client, sent } = watched(() => controller.abort(new Error('enough')));
  const upload = client.upload(scan, {
    category: 'tiny',
    signal: controller.signal,
    onTicket: (ticket) => {
      ({ imageId } = ticket);
    },
  });
  await expect(upload).rejects.toThrow('enough');
  expect(sent.length).toBeLessThanOrEqual(3);
  await expect(imagemill.getImage(imageId)).rejects.toMatchObject({ code: 'image-not-found' });
});
