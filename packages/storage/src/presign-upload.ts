import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { toStorageError } from './errors.ts';
import type { PresignedUpload, PresignUpload } from './object-storage.ts';

/**
 * Signs a PUT of exactly the declared type and length. The presigner signs nothing but `host` unless told, and moves
 * every `x-amz-` header into the URL unless told, so each header that must hold is named here.
 *
 * @throws StorageError when the credentials can't be had
 */
export async function presignUpload(
  client: S3Client,
  bucket: string,
  upload: PresignUpload,
  { allowOverwrite, signingDate }: { allowOverwrite: boolean; signingDate: Date },
): Promise<PresignedUpload> {
  const headers = {
    'content-type': upload.contentType,
    'cache-control': upload.cacheControl,
    ...(allowOverwrite ? {} : { 'if-none-match': '*' }),
    ...(upload.checksumSha256 === undefined ? {} : { 'x-amz-checksum-sha256': upload.checksumSha256 }),
    ...Object.fromEntries(Object.entries(upload.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  const signed = new Set(['host', 'content-length', ...Object.keys(headers)]);
  try {
    const url = await getSignedUrl(
      client,
      new PutObjectCommand({
        Bucket: bucket,
        Key: upload.key,
        ContentType: upload.contentType,
        ContentLength: upload.contentLength,
        CacheControl: upload.cacheControl,
        Metadata: { ...upload.metadata },
        ChecksumSHA256: upload.checksumSha256,
        IfNoneMatch: allowOverwrite ? undefined : '*',
      }),
      { expiresIn: upload.expiresInSeconds, signableHeaders: signed, unhoistableHeaders: signed, signingDate },
    );
    const expiresAt = new Date(signingDate.getTime() + upload.expiresInSeconds * 1000);
    return { url, method: 'PUT', headers, expiresAt };
  } catch (error) {
    throw toStorageError(error);
  }
}
