import { hash } from 'node:crypto';
import type { ObjectStorage, PutOutcome } from '@imagemill/storage';
import { CACHE_IMMUTABLE, CACHE_PRIVATE, type Format, formatMediaTypes, isPrivateKey } from '@imagemill/variants';

/** A rendition on its way into the CDN bucket. */
export interface NewRendition {
  readonly key: string;
  readonly format: Format;
  readonly body: Uint8Array;
}

/** The name of a stored rendition's metadata that holds the SHA-256 of its bytes, in base64. */
export const DIGEST_METADATA = 'sha256';

/**
 * Stores a rendition under its immutable key, unless another write was first: then the stored bytes stay. Encoders of two machines may
 * give different bytes, and caches may have the first ones for a year.
 *
 * @throws StorageError
 */
export async function putRendition(
  cdn: ObjectStorage,
  { key, format, body }: NewRendition,
  signal: AbortSignal,
): Promise<PutOutcome & { /** Of `body`, in base64. */ readonly sha256: string }> {
  const digest = hash('sha256', body, 'buffer');
  const sha256 = digest.toString('base64');
  const metadata = { [DIGEST_METADATA]: sha256 };
  const cacheControl = isPrivateKey(key) ? CACHE_PRIVATE : CACHE_IMMUTABLE;
  const object = {
    key,
    body,
    sha256: digest.toString('hex'),
    contentType: formatMediaTypes[format],
    cacheControl,
    metadata,
  };
  return { ...(await cdn.put({ ...object, ifAbsent: true }, { signal })), sha256 };
}
