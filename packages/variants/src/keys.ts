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

/**
 * What the keys of each kind of object begin with. This module alone spells keys; docs/adr/0004-keys-and-revision.md says
 * why they are as they are.
 */
export const prefixes = {
  originals: 'originals/',
  manifests: 'manifests/',
  finished: 'finished/',
  deletions: 'deletions/',
  renditions: 'images/',
} as const;

/** An image by all that its tenant's objects are ordered by. */
export interface ImageAddress {
  readonly tenant: Tenant;
  readonly category: string;
  readonly imageId: ImageId;
}

export interface OriginalAddress extends ImageAddress {
  readonly contentType: OriginalMediaType;
}

export function originalKey(address: OriginalAddress): string {
  return `${originalFolder(address)}original.${originalExtensions[address.contentType]}`;
}

/** What the keys of all that a seller uploaded for an image begin with. */
export const originalFolder = (address: ImageAddress) => `${prefixes.originals}${placeOf(address)}/`;

/** Where an image lies among its tenant's: a listing gives them category by category, the oldest first. */
const placeOf = ({ tenant, category, imageId }: ImageAddress) => `${tenant}/${category}/${imageId}`;

const OriginalPlace = z.tuple([Tenant, Category, ImageId, z.string()]);

/** The inverse of `originalKey`: all that is needed to make an image's job again; undefined for any other key. */
export function parseOriginalKey(key: string): OriginalAddress | undefined {
  const parsed = OriginalPlace.safeParse(key.slice(prefixes.originals.length).split('/'));
  if (!parsed.success) return undefined;
  const [tenant, category, imageId] = parsed.data;
  const addresses = OriginalMediaType.options.map((contentType) => ({ tenant, category, imageId, contentType }));
  return addresses.find((address) => originalKey(address) === key);
}

/** Where the index of a tenant's finished images has its entry for one of them, in the originals bucket. */
export const finishedKey = (address: ImageAddress) => `${prefixes.finished}${placeOf(address)}`;

/** Names a private record in the originals bucket, found by the image's id alone. */
const recordKey = (prefix: string, imageId: ImageId) => `${prefix}${shardOf(imageId)}/${imageId}.json`;

/**
 * The last two hex digits of an id, its random end. They spread keys over 256 prefixes: the ids alone begin with the time,
 * so that all writes of a moment would meet on one partition of the storage.
 */
const shardOf = (imageId: ImageId) => imageId.slice(-2);

/** Where an image's manifest lies in the originals bucket. */
export const manifestKey = (imageId: ImageId) => recordKey(prefixes.manifests, imageId);

/** Where the mark of a deletion lies, in the originals bucket, from its request until nothing is left of the image. */
export const deletionKey = (imageId: ImageId) => recordKey(prefixes.deletions, imageId);

/** The image of a deletion's mark; undefined for any other key. */
export function parseDeletionKey(key: string): ImageId | undefined {
  const imageId = ImageId.safeParse(key.slice(-41, -5)).data;
  return imageId && deletionKey(imageId) === key ? imageId : undefined;
}

export interface RenditionAddress {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly variant: string;
  readonly format: Format;
}

/** What the keys of an image's renditions begin with: of whatever revision, or of one. */
export function renditionFolder({ imageId, revision }: { imageId: ImageId; revision?: string }): string {
  const folder = `${prefixes.renditions}${shardOf(imageId)}/${imageId}/`;
  return revision === undefined ? folder : `${folder}${revision}/`;
}

/** Where a rendition lies in the CDN bucket. The revision makes it safe to cache for ever: other bytes, other key. */
export function renditionKey({ imageId, revision, variant, format }: RenditionAddress): string {
  return `${renditionFolder({ imageId, revision })}${variant}.${fileExtensions[format]}`;
}

/** Whose rendition a key of the CDN bucket names, and of which revision; undefined for any other key. */
export function parseRenditionKey(key: string): { imageId: ImageId; revision: string } | undefined {
  if (!key.startsWith(prefixes.renditions)) return undefined;
  const [, id, revision = '', file] = key.slice(prefixes.renditions.length).split('/');
  const imageId = ImageId.safeParse(id).data;
  const isRendition = imageId && file !== undefined && key === `${renditionFolder({ imageId, revision })}${file}`;
  return isRendition ? { imageId, revision } : undefined;
}
