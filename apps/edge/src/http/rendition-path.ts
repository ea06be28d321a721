import { ImageId, type RenditionAddress, renditionKey, VariantName, type Visibility } from '@imagemill/variants';
import { formatOfExtension, isRevision } from './path-parts.ts';

/** Undefined unless the path is exactly the key of a rendition: one picture has one URL. */
export function parseRenditionPath(
  path: string,
  params: Readonly<Record<string, string>>,
  visibility: Visibility,
): RenditionAddress | undefined {
  const { id, revision = '', file = '' } = params;
  const imageId = ImageId.safeParse(id).data;
  const [name, extension] = file.split('.');
  const variant = VariantName.safeParse(name).data;
  const format = formatOfExtension(extension);
  if (!imageId || !variant || !format || !isRevision(revision)) return undefined;
  const address = { imageId, revision, visibility, variant, format };
  return path === `/${renditionKey(address)}` ? address : undefined;
}
