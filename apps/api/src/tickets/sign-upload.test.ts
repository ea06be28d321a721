import { createS3Client, createS3Storage } from '@imagemill/storage';
import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, describe, expect, test } from 'vitest';
import { signUpload } from './sign-upload.ts';

const client = createS3Client({ endpoint: 'http://s3.test', region: 'x', accessKeyId: 'a', secretAccessKey: 'b' });
afterAll(() => client.destroy());
const originals = createS3Storage({ client, bucket: 'originals' });
const settings = { uploadUrlTtlSeconds: 300 } as Parameters<typeof signUpload>[0]['settings'];

/** The start time of a repeated request's signature, for an image of the given age. */
async function signedAgo(seconds: number, method: 'PUT' | 'POST'): Promise<number> {
  const object = { key: 'k', contentType: 'image/jpeg', contentLength: 1, cacheControl: 'private', metadata: {} };
  const createdAt = new Date(Date.now() - seconds * 1000);
  const imageId = ImageId.parse(uuidv7());
  const { expiresAt } = await signUpload(
    { originals, settings },
    { imageId, createdAt, method, object, known: undefined },
  );
  return Math.round((Date.now() + 300_000 - Date.parse(expiresAt)) / 1000);
}

describe.each(['PUT', 'POST'] as const)('a repeated request for a %s', (method) => {
  test('gets the same signature while it is valid', async () => {
    expect(await signedAgo(100, method)).toBe(100);
  });
  test('gets a new signature after the first has expired', async () => {
    expect(await signedAgo(301, method)).toBe(0);
  });
  test('gets a new signature if the first one starts in the future, which storages reject', async () => {
    expect(await signedAgo(-1_200, method)).toBe(0);
  });
});
