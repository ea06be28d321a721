import { createHash } from 'node:crypto';
import { createDeletions, createManifests } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { IMPORTED_MEDIA_TYPE, originalKey } from '@imagemill/variants';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type PictureServer, startPictureServer } from '../test-support/picture-server.ts';
import { job, makeBucket, manifestOf, photo, run, storage } from '../test-support/render-harness.ts';
import { createDownload } from './download.ts';
import { createImportOriginal } from './import-original.ts';

let server: PictureServer;
/** Runs on a request for /slow.jpg, before the response. */
let beforeSlowResponse: () => Promise<unknown> = async () => {};
beforeAll(async () => {
  await makeBucket();
  server = await startPictureServer(async ({ url }, response) => {
    if (url === '/slow.jpg') await beforeSlowResponse();
    if (url === '/page.html') response.end('<html>');
    else if (url === '/gone.jpg') response.writeHead(404).end();
    else if (url === '/broken.jpg') response.writeHead(503).end();
    else if (url === '/empty.jpg') response.end();
    else response.end(photo);
  });
});
afterAll(() => server.close());

const download = createDownload({ allowPrivate: true, bytesMax: 10_000_000, timeoutMs: 10_000 });
const importOriginal = createImportOriginal({ originals: storage, download, slotsMax: 2 });

const outcomeOf = async (image: RenderImage, more: Parameters<typeof run>[1] = {}) =>
  (await run(image, { importOriginal, ...more })).result;

function importJob(path: string, change: Partial<RenderImage> = {}): RenderImage {
  const { contentType: _, ...image } = job(change);
  const imported = { ...image, contentType: IMPORTED_MEDIA_TYPE };
  return { ...imported, originalKey: originalKey(imported), importUrl: `${server.url}${path}` };
}

describe('an imported image', () => {
  test('is rendered like an uploaded one, and its original is kept', async () => {
    const image = importJob('/me.jpg', { filename: 'kätzchen.jpg' });
    expect(await outcomeOf(image)).toEqual({ outcome: 'ready' });
    expect(await manifestOf(image)).toMatchObject({
      status: 'ready',
      source: { format: 'jpeg' },
      filename: 'kätzchen.jpg',
    });
    expect(await storage.head(image.originalKey)).toMatchObject({
      sizeBytes: photo.byteLength,
      cacheControl: 'private',
      metadata: { filename: encodeURIComponent('kätzchen.jpg') },
    });
  });

  test('is downloaded once: a rerun uses the stored original', async () => {
    const image = importJob('/once.jpg');
    await outcomeOf(image);
    await outcomeOf(image);
    expect(server.requestedPaths.filter((path) => path === '/once.jpg')).toHaveLength(1);
  });

  test('can be rendered from the key of its original alone', async () => {
    const { importUrl: _, filename: _name, ...known } = importJob('/rebuilt.jpg');
    await storage.put({ key: known.originalKey, body: photo, contentType: 'x/y', cacheControl: 'private' });
    expect(await outcomeOf(known)).toEqual({ outcome: 'ready' });
  });

  test.each([
    ['/page.html', {}, 'unsupported-format'],
    ['/empty.jpg', {}, 'corrupt'],
    ['/gone.jpg', {}, 'import-not-found'],
    ['/me.jpg', { checksumSha256: createHash('sha256').update('other').digest('base64') }, 'checksum-mismatch'],
  ])('%s is rejected with a reason', async (path, change, code) => {
    const image = importJob(path, change);
    expect(await outcomeOf(image)).toMatchObject({ outcome: 'rejected', error: { code } });
    expect(await manifestOf(image)).toMatchObject({ status: 'rejected', error: { code } });
  });

  test('is retried if its server fails, and rejected after the last attempt', async () => {
    const image = importJob('/broken.jpg');
    await expect(outcomeOf(image)).rejects.toMatchObject({
      code: 'import-failed',
      retryable: true,
    });
    expect(await manifestOf(image)).toBeUndefined();
    const last = await outcomeOf(image, { attemptsMade: 4, isLastAttempt: true });
    expect(last).toMatchObject({ outcome: 'rejected', error: { code: 'import-unreachable' } });
  });

  test('that is deleted during its download leaves nothing behind', async () => {
    const image = importJob('/slow.jpg');
    const { tenant, category, imageId, contentType } = image;
    beforeSlowResponse = () =>
      createDeletions(storage, createManifests(storage)).begin({ tenant, category, imageId, contentType });
    expect(await outcomeOf(image)).toEqual({ outcome: 'deleted' });
    expect(await storage.head(image.originalKey)).toBeUndefined();
  });
});

test('slow servers occupy only some jobs of a worker: further imports are postponed', async () => {
  const requested = vi.fn();
  const answered = Promise.withResolvers<void>();
  beforeSlowResponse = () => {
    requested();
    return answered.promise;
  };
  const slow = [importJob('/slow.jpg'), importJob('/slow.jpg')].map((image) => outcomeOf(image));
  await vi.waitFor(() => expect(requested).toHaveBeenCalledTimes(2));
  expect(await outcomeOf(importJob('/me.jpg'))).toEqual({
    outcome: 'postponed',
    reason: 'imports-busy',
    retryAfterMs: expect.any(Number),
  });
  answered.resolve();
  expect(await Promise.all(slow)).toEqual([{ outcome: 'ready' }, { outcome: 'ready' }]);
  expect(await outcomeOf(importJob('/me.jpg'))).toEqual({ outcome: 'ready' });
});
