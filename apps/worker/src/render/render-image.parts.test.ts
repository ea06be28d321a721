import { createHash } from 'node:crypto';
import type { RenderImage } from '@imagemill/queue';
import { beforeAll, expect, test } from 'vitest';
import { jobInParts, makeBucket, manifestOf, photo, run, storage } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

/** An image whose original was put together from one part. */
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

test('an original that came in parts is read by the ETag of its parts, and held against the SHA-256 of the whole', async () => {
  const image = await uploadedInParts({ checksumSha256: sha256(photo) });
  expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', originalEtag: expect.stringMatching(/-1"$/) });
});

test('one that is not what its seller declared is rejected, where the storage could not look', async () => {
  const image = await uploadedInParts({ checksumSha256: sha256(Buffer.from('another')) });
  expect(await (await run(image)).result).toMatchObject({ outcome: 'rejected', error: { code: 'checksum-mismatch' } });
});
