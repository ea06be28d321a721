import { createHash } from 'node:crypto';
import type { RenderImage } from '@imagemill/records';
import { beforeAll, expect, test } from 'vitest';
import { jobInParts, makeBucket, manifestOf, photo, run, storage } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

/** An image with an original from a multipart upload of one part. */
async function uploadedInParts(change: Partial<RenderImage>) {
  const { image } = await jobInParts(change);
  const upload = { key: image.originalKey, uploadId: image.multipart.uploadId };
  const parts = [{ partNumber: 1, contentLength: photo.byteLength }];
  const signed = await storage.multipart.presignParts({ ...upload, parts, expiresInSeconds: 60 });
  await fetch(signed.parts[0]?.url ?? '', { method: 'PUT', body: new Uint8Array(photo) });
  await storage.multipart.complete({ ...upload, parts: (await storage.multipart.parts(upload)) ?? [] });
  return image;
}

const sha256 = (text: Uint8Array) => createHash('sha256').update(text).digest('base64');

test('a multipart original is read by its multipart ETag, and verified by the SHA-256 of the whole file', async () => {
  const image = await uploadedInParts({ checksumSha256: sha256(photo) });
  expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', originalEtag: expect.stringMatching(/-1"$/) });
});

test('a multipart original with another SHA-256 than declared is rejected', async () => {
  const image = await uploadedInParts({ checksumSha256: sha256(Buffer.from('another')) });
  expect(await (await run(image)).result).toMatchObject({ outcome: 'rejected', error: { code: 'checksum-mismatch' } });
});
