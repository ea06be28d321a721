import type { S3Client } from '@aws-sdk/client-s3';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { buildQueryString, escapeUriPath, HttpRequest } from '@smithy/core/protocols';
import { toStorageError } from './errors.ts';
import type { PresignedUpload, PresignUpload } from './object-storage.ts';

interface UploadPresignerOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly allowOverwrite: boolean;
}

/**
 * Signs PUTs of exactly the declared type and length. The request is built here and given to the SDK's signer: its
 * `getSignedUrl` sends a command through the client's whole middleware for each URL, which costs some three times the CPU.
 */
export function createUploadPresigner({ client, bucket, allowOverwrite }: UploadPresignerOptions) {
  const presigner = new S3RequestPresigner(client.config);

  /** @throws StorageError when the credentials can't be had */
  return async (upload: PresignUpload, signingDate: Date): Promise<PresignedUpload> => {
    const headers = {
      'content-type': upload.contentType,
      'cache-control': upload.cacheControl,
      ...(allowOverwrite ? {} : { 'if-none-match': '*' }),
      ...(upload.checksumSha256 === undefined ? {} : { 'x-amz-checksum-sha256': upload.checksumSha256 }),
      ...Object.fromEntries(Object.entries(upload.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    };
    // The signer signs nothing but `host` unless told, and moves every `x-amz-` header into the URL unless told.
    const signed = new Set(['host', 'content-length', ...Object.keys(headers)]);
    try {
      const endpoint = await client.config.endpoint?.();
      const unsigned = new HttpRequest({
        ...endpoint,
        method: 'PUT',
        path: `${endpoint?.path.replace(/\/$/, '') ?? ''}/${bucket}/${escapeUriPath(upload.key)}`,
        headers: { ...headers, 'content-length': String(upload.contentLength) },
      });
      const request = await presigner.presign(unsigned, {
        expiresIn: upload.expiresInSeconds,
        signableHeaders: signed,
        unhoistableHeaders: signed,
        signingDate,
      });
      const expiresAt = new Date(signingDate.getTime() + upload.expiresInSeconds * 1000);
      return { url: urlOf(request), method: 'PUT', headers, expiresAt };
    } catch (error) {
      throw toStorageError(error);
    }
  };
}

type SignedRequest = Awaited<ReturnType<S3RequestPresigner['presign']>>;

function urlOf({ protocol, hostname, port, path, query = {} }: SignedRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}?${buildQueryString(query)}`;
}
