import type { PresignDownload, PresignedDownload } from './object-storage.ts';
import type { RequestSigner } from './request-signer.ts';

/** Signs GETs of one object. */
export function createDownloadPresigner(sign: RequestSigner) {
  /** @throws StorageError if credentials cannot be loaded */
  return async ({ key, expiresInSeconds }: PresignDownload, signingDate: Date): Promise<PresignedDownload> => ({
    url: await sign({ method: 'GET', key, headers: {}, expiresInSeconds }, signingDate),
    expiresAt: new Date(signingDate.getTime() + expiresInSeconds * 1000),
  });
}
