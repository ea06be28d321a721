import { type ImageId, renditionKey } from './keys.ts';
import type { Format, VariantSet } from './variant.ts';

/** For keys that contain a revision: their content never changes. */
export const CACHE_IMMUTABLE = 'public, max-age=31536000, immutable';
/** For originals and manifests: shared caches must not store them. */
export const CACHE_PRIVATE = 'private';

/** The public URL of a key in the CDN bucket; a trailing slash of the base is optional. */
export function publicUrl(cdnBaseUrl: string, key: string): string {
  return `${cdnBaseUrl.replace(/\/+$/, '')}/${key}`;
}

export interface PlannedRendition {
  readonly variant: string;
  readonly format: Format;
  readonly url: string;
  /** An edge makes it on its first request. */
  readonly planned?: true;
}

/** The URLs that an image's renditions will have, known before its upload. */
export function plannedRenditions(image: {
  imageId: ImageId;
  set: VariantSet;
  revision: string;
  cdnBaseUrl: string;
}): PlannedRendition[] {
  const { imageId, revision, set, cdnBaseUrl } = image;
  return set.map(({ name: variant, format, when }) => ({
    variant,
    format,
    url: publicUrl(cdnBaseUrl, renditionKey({ imageId, revision, variant, format })),
    ...(when === 'request' && { planned: true }),
  }));
}
