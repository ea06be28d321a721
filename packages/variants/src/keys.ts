import { z } from 'zod';
import { fileExtensions, OriginalMediaType, originalExtensions } from './media-types.ts';
import { Category, type Format } from './variant.ts';

export const ImageId = z.uuidv7().toLowerCase().brand<'ImageId'>();
export type ImageId = z.infer<typeof ImageId>;

/** When an image's id was made. A UUIDv7 begins with its time: 48 bits of ms since 1970 (RFC 9562, section 5.7). */
export const timeOfId = (imageId: ImageId) => new Date(Number.parseInt(imageId.replaceAll('-', '').slice(0, 12), 16));

/** Who an API key belongs to. It is a path segment of every key, so it can hold nothing but letters, digits and hyphens. */
export const Tenant = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, '1 to 63 lower-case letters, digits and inner hyphens')
  .brand<'Tenant'>();
export type Tenant = z.infer<typeof Tenant>;

export interface OriginalAddress {
  readonly tenant: Tenant;
  readonly category: string;
  readonly imageId: ImageId;
  readonly contentType: OriginalMediaType;
}

export function originalKey(address: OriginalAddress): string {
  return `${originalFolder(address)}original.${originalExtensions[address.contentType]}`;
}

/** What the keys of all that a seller uploaded for an image begin with. */
export function originalFolder({ tenant, category, imageId }: Omit<OriginalAddress, 'contentType'>): string {
  return `originals/${tenant}/${category}/${imageId}/`;
}

const OriginalKey = z
  .string()
  .regex(/^originals\/[^/]+\/[^/]+\/[^/]+\/original\.[a-z]+$/)
  .transform((key) => key.split(/[/.]/))
  .pipe(z.tuple([z.literal('originals'), Tenant, Category, ImageId, z.literal('original'), z.string()]));

/** The inverse of `originalKey`: all that is needed to make an image's job again; undefined for any other key. */
export function parseOriginalKey(key: string): OriginalAddress | undefined {
  const parsed = OriginalKey.safeParse(key);
  if (!parsed.success) return undefined;
  const [, tenant, category, imageId, , extension] = parsed.data;
  const contentType = OriginalMediaType.options.find((type) => originalExtensions[type] === extension);
  return contentType && { tenant, category, imageId, contentType };
}

export interface RenditionAddress {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly variant: string;
  readonly format: Format;
}

/** What the keys of an image's renditions begin with, of whatever revision. */
export const renditionFolder = ({ imageId }: { imageId: ImageId }) => `images/${imageId}/`;

/** Where a rendition lies in the CDN bucket. The revision makes it safe to cache for ever: other bytes, other key. */
export function renditionKey({ imageId, revision, variant, format }: RenditionAddress): string {
  return `${renditionFolder({ imageId })}${revision}/${variant}.${fileExtensions[format]}`;
}

/** Where the mark of a deletion lies, in the originals bucket, from its request until nothing is left of the image. */
export function deletionKey({ tenant, imageId }: { tenant: Tenant; imageId: ImageId }): string {
  return `deletions/${tenant}/${imageId}.json`;
}

/** Where an image's manifest lies in the originals bucket. */
export function manifestKey({ tenant, imageId }: { tenant: Tenant; imageId: ImageId }): string {
  return `manifests/${tenant}/${imageId}.json`;
}
