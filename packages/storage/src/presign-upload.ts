import type { PresignedUpload, PresignUpload } from './object-storage.ts';
import type { RequestSigner } from './request-signer.ts';

/** Signs PUTs of exactly the declared type and length. */
export function createUploadPresigner({ sign, allowOverwrite }: { sign: RequestSigner; allowOverwrite: boolean }) {
  /** @throws StorageError if credentials cannot be loaded */
  return async (upload: PresignUpload, signingDate: Date): Promise<PresignedUpload> => {
    const headers = {
      'content-type': upload.contentType,
      'cache-control': upload.cacheControl,
      ...(allowOverwrite ? {} : { 'if-none-match': '*' }),
      ...(upload.checksumSha256 === undefined ? {} : { 'x-amz-checksum-sha256': upload.checksumSha256 }),
      ...Object.fromEntries(Object.entries(upload.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    };
    const { key, contentLength, expiresInSeconds } = upload;
    const url = await sign({ method: 'PUT', key, headers, contentLength, expiresInSeconds }, signingDate);
    const expiresAt = new Date(signingDate.getTime() + expiresInSeconds * 1000);
    return { url, method: 'PUT', headers, expiresAt };
  };
}
