import type { CategorySpec } from './categories.ts';
import { type ImageId, renditionKey } from './keys.ts';
import type { Format } from './variant-fields.ts';

/** For keys that contain a revision: their content never changes. */
export const CACHE_IMMUTABLE = 'public, max-age=31536000, immutable';
/** For originals, manifests and private renditions: shared caches must not store them. */
export const CACHE_PRIVATE = 'private';

/** The public URL of a key in the CDN bucket; a trailing slash of the base is optional. */
export function publicUrl(cdnBaseUrl: string, key: string): string {
  return `${cdnBaseUrl.replace(/\/+$/, '')}/${key}`;
}

export interface PlannedRendition {
  readonly variant: string;
  readonly format: Format;
  /** In the CDN bucket. */
  readonly key: string;
  /** An edge makes it on its first request. */
  readonly planned?: true;
}

/** The renditions that an image will have, known before its upload. */
export function plannedRenditions(
  imageId: ImageId,
  { set, revision, visibility }: Pick<CategorySpec, 'set' | 'revision' | 'visibility'>,
): PlannedRendition[] {
  return set.map(({ name: variant, format, when }) => ({
    variant,
    format,
    key: renditionKey({ imageId, revision, visibility, variant, format }),
    ...(when === 'request' && { planned: true }),
  }));
}
