import { type Format, ImageId, prefixes, VariantName } from '@imagemill/variants';
import { formatOfExtension, isRevision } from '../http/path-parts.ts';

/** A variant of an image, as a friendly URL names it. */
export interface FriendlyAddress {
  readonly imageId: ImageId;
  readonly name: string;
  /** By `Accept` if it is not named. */
  readonly format: Format | undefined;
  /** The image's current one if it is not named. */
  readonly revision: string | undefined;
}

/** Undefined unless the path has exactly this form: one picture has one URL, and none that is also a key. */
export function parseFriendly(
  path: string,
  { id, file = '' }: Readonly<Record<string, string>>,
  revision: string | undefined,
): FriendlyAddress | undefined {
  const imageId = ImageId.safeParse(id).data;
  const [variant, extension, ...more] = file.split('.');
  const name = VariantName.safeParse(variant).data;
  const format = formatOfExtension(extension);
  if (!imageId || !name || more.length > 0 || path !== `/${prefixes.renditions}${imageId}/${file}`) return undefined;
  if (extension !== undefined && !format) return undefined;
  if (revision !== undefined && !isRevision(revision)) return undefined;
  return { imageId, name, format, revision };
}
