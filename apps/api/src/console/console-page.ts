import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type Categories, prefixes } from '@imagemill/variants';

/** The console's files, and the other origins that its page needs. */
export interface ConsolePage {
  /** The folder of the built console. */
  readonly dir: string;
  /** Origins that the page may send to: the upload endpoint and the API. */
  readonly connectOrigins: readonly string[];
  /** Origins of renditions, which the page may show. */
  readonly imageOrigins: readonly string[];
  /** Categories for uploads. */
  readonly categories: readonly string[];
}

/** @throws StorageError if no upload can be signed: only a signed URL shows the upload endpoint */
export async function consolePage(options: {
  dir: string;
  apiBaseUrl: string;
  imageBaseUrls: readonly string[];
  originals: Pick<ObjectStorage, 'presignUpload'>;
  categories: Categories;
}): Promise<ConsolePage> {
  const { dir, apiBaseUrl, imageBaseUrls, originals, categories } = options;
  const { url } = await originals.presignUpload({
    key: prefixes.originals,
    contentType: 'image/jpeg',
    contentLength: 1,
    cacheControl: CACHE_PRIVATE,
    metadata: {},
    expiresInSeconds: 1,
  });
  return {
    dir,
    connectOrigins: [new URL(url).origin, new URL(apiBaseUrl).origin],
    imageOrigins: [...new Set(imageBaseUrls.map((url) => new URL(url).origin))],
    categories: [...categories.keys()],
  };
}
