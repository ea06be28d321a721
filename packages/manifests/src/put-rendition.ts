import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_IMMUTABLE, type Format, formatMediaTypes } from '@imagemill/variants';

/** A rendition on its way into the CDN bucket. */
export interface NewRendition {
  readonly key: string;
  readonly format: Format;
  readonly body: Uint8Array;
}

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
): Promise<'stored' | 'already-there'> {
  const { outcome } = await cdn.put(
    { key, body, contentType: formatMediaTypes[format], cacheControl: CACHE_IMMUTABLE, ifAbsent: true },
    { signal },
  );
  return outcome === 'stored' ? 'stored' : 'already-there';
}
