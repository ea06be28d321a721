import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type Categories, prefixes } from '@imagemill/variants';

/** Where the console's files are, and which other origins its page needs. */
export interface ConsolePage {
  /** The folder that the console was built into. */
  readonly dir: string;
  /** Where uploads go, and where the API says that it is: the page may send there. */
  readonly connectOrigins: readonly string[];
  /** Where renditions are: the page may show them. */
  readonly imageOrigins: readonly string[];
  /** What photographs can be uploaded as. */
  readonly categories: readonly string[];
}

/** @throws StorageError when no upload can be signed: where uploads go is told by a signed URL alone */
export async function consolePage(options: {
  dir: string;
  apiBaseUrl: string;
  cdnBaseUrl: string;
  originals: Pick<ObjectStorage, 'presignUpload'>;
  categories: Categories;
}): Promise<ConsolePage> {
  const { dir, apiBaseUrl, cdnBaseUrl, originals, categories } = options;
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
    imageOrigins: [new URL(cdnBaseUrl).origin],
    categories: [...categories.keys()],
  };
}
