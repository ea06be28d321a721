import type { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { toStorageError } from './errors.ts';
import type { PresignedPost, PresignUpload } from './object-storage.ts';

/**
 * Signs a policy for a form that uploads exactly the declared type and length. A policy can't say that nothing may be
 * stored over an object that is there: until it expires, the form works more than once.
 *
 * @throws StorageError when the credentials can't be had
 */
export async function presignPost(
  client: S3Client,
  bucket: string,
  upload: PresignUpload,
  signedAt: Date,
): Promise<PresignedPost> {
  const { key, contentType, contentLength, checksumSha256, metadata, cacheControl, expiresInSeconds } = upload;
  const expiresAt = new Date(signedAt.getTime() + expiresInSeconds * 1000);
  try {
    const { url, fields } = await createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      // Each of these is made a condition too.
      Fields: {
        'Content-Type': contentType,
        'Cache-Control': cacheControl,
        ...(checksumSha256 === undefined ? {} : { 'x-amz-checksum-sha256': checksumSha256 }),
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      },
      Conditions: [['content-length-range', contentLength, contentLength]],
      // It counts from its own clock.
      Expires: Math.round((expiresAt.getTime() - Date.now()) / 1000),
    });
    return { url, method: 'POST', fields, expiresAt };
  } catch (error) {
    throw toStorageError(error);
  }
}
