import type { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { toStorageError } from './errors.ts';
import type { PresignedPost, PresignUpload } from './object-storage.ts';
import { CREDENTIALS_MS_MAX } from './s3-client.ts';
import { settleWithin } from './settle-within.ts';

/**
 * Signs the policy of a form that uploads exactly the declared type and length. A policy cannot forbid overwriting: the form can be
 * used more than once until it expires.
 *
 * @throws StorageError if credentials cannot be loaded
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
    const signing = createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      // The SDK also adds each of these as a condition.
      Fields: {
        'Content-Type': contentType,
        'Cache-Control': cacheControl,
        ...(checksumSha256 === undefined ? {} : { 'x-amz-checksum-sha256': checksumSha256 }),
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      },
      Conditions: [['content-length-range', contentLength, contentLength]],
      // The SDK counts from the current time, not from `signedAt`.
      Expires: Math.round((expiresAt.getTime() - Date.now()) / 1000),
    });
    const { url, fields } = await settleWithin(signing, { msMax: CREDENTIALS_MS_MAX });
    return { url, method: 'POST', fields, expiresAt };
  } catch (error) {
    throw toStorageError(error);
  }
}
