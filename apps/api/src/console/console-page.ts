import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type Categories, prefixes, type SigningKey } from '@imagemill/variants';

/** The console's files, and the other origins that its page needs. */
export interface ConsolePage {
  /** The folder of the built console. */
  readonly dir: string;
  /** Origins that the page may call: the upload endpoint, the API, and the origin of signed sizes. */
  readonly connectOrigins: readonly string[];
  /** Origins of renditions, and of the previews of held images, which the page may show. */
  readonly imageOrigins: readonly string[];
  readonly settings: ConsoleSettings;
}

/** What the page reads before it has a key. */
interface ConsoleSettings {
  /** Categories for uploads. */
  readonly categories: readonly string[];
  /** Whether tenants can have signed URLs of any size. */
  readonly signsSizes: boolean;
}

/** @throws StorageError if no upload can be signed: only a signed URL shows the upload endpoint */
export async function consolePage(options: {
  dir: string;
  apiBaseUrl: string;
  imageBaseUrls: readonly string[];
  edgeBaseUrl: string;
  signingKeys: readonly SigningKey[];
  originals: Pick<ObjectStorage, 'presignUpload'>;
  categories: Categories;
}): Promise<ConsolePage> {
  const { dir, apiBaseUrl, imageBaseUrls, edgeBaseUrl, signingKeys, originals, categories } = options;
  const signsSizes = signingKeys.length > 0;
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
    connectOrigins: originsOf([url, apiBaseUrl, ...(signsSizes ? [edgeBaseUrl] : [])]),
    imageOrigins: originsOf([...imageBaseUrls, url]),
    settings: { categories: [...categories.keys()], signsSizes },
  };
}

const originsOf = (urls: readonly string[]) => [...new Set(urls.map((url) => new URL(url).origin))];
