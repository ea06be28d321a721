import { z } from 'zod';
import { fileExtensions, OriginalMediaType, originalExtensions } from './media-types.ts';
import { Category, type Format } from './variant-fields.ts';
import type { Visibility } from './visibility.ts';

export const ImageId = z.uuidv7().toLowerCase().brand<'ImageId'>();
export type ImageId = z.infer<typeof ImageId>;

/** When an image's id was created. A UUIDv7 starts with its time: 48 bits of ms since 1970 (RFC 9562, section 5.7). */
export const timeOfId = (imageId: ImageId) => new Date(Number.parseInt(imageId.replaceAll('-', '').slice(0, 12), 16));

/** The start of every id that was created at this time. */
const startOfId = (createdAt: Date) => createdAt.getTime().toString(16).padStart(12, '0').replace(/^.{8}/, '$&-');

/** The owner of an API key. It is a path segment of object keys: only letters, digits and hyphens are safe. */
export const Tenant = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')
  .brand<'Tenant'>();
export type Tenant = z.infer<typeof Tenant>;

/**
 * The key prefix of each kind of object. Only this module builds and parses keys; docs/adr/0004-keys-and-revision.md has
 * the reasons for their form.
 */
export const prefixes = {
  originals: 'originals/',
  manifests: 'manifests/',
  finished: 'finished/',
  deletions: 'deletions/',
  tombstones: 'tombstones/',
  previews: 'previews/',
  renditions: 'images/',
  /** Of private images: no anonymous request may read it. */
  privateRenditions: 'private/',
  canaries: 'canaries/',
  sweeps: 'sweeps/',
} as const;

/** The key of the object, in each bucket, with which workers test whether the bucket can be written and read. */
export const workerCanaryKey = `${prefixes.canaries}worker`;

/** The key of an object that the doctor writes and deletes, in each bucket. */
export const doctorKey = (id: string) => `${prefixes.canaries}doctor/${id}`;

/** The key of how far the sweep for lost uploads has come, in the originals bucket. */
export const uploadSweepKey = `${prefixes.sweeps}uploads.json`;

const EVENT_PROBE = `${prefixes.originals}doctor-`;

/** The key of an object whose bucket event must reach the API: under the prefix that bucket events are limited to, but no original. */
export const eventProbeKey = (id: string) => `${EVENT_PROBE}${id}`;

/** The id of `eventProbeKey`; undefined for any other key. */
export function parseEventProbeKey(key: string): string | undefined {
  return key.startsWith(EVENT_PROBE) ? z.uuid().safeParse(key.slice(EVENT_PROBE.length)).data : undefined;
}

/** The parts of the keys that order a tenant's objects. */
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

/** The key prefix of everything that a seller uploaded for an image. */
export const originalFolder = (address: ImageAddress) => `${prefixes.originals}${addressPath(address)}/`;

/** An image's position among its tenant's: listings return them by category, then oldest first. */
const addressPath = ({ tenant, category, imageId }: ImageAddress) => `${tenant}/${category}/${imageId}`;

/**
 * Where a listing of originals continues after `key` if only images whose ids were created in a period matter: originals of a category are
 * ordered by age, so the older ones and the younger ones of its folder can be skipped.
 */
export function skipOriginals(key: string, period: { readonly from: Date; readonly until: Date }): string {
  const address = parseOriginalKey(key);
  if (!address) return key;
  const folder = `${prefixes.originals}${address.tenant}/${address.category}/`;
  const createdAt = timeOfId(address.imageId);
  // `~` sorts after every id.
  if (createdAt > period.until) return `${folder}~`;
  return createdAt < period.from ? `${folder}${startOfId(period.from)}` : key;
}

const OriginalPlace = z.tuple([Tenant, Category, ImageId, z.string()]);

/** The inverse of `originalKey`, with everything needed to recreate an image's job; undefined for any other key. */
export function parseOriginalKey(key: string): OriginalAddress | undefined {
  const parsed = OriginalPlace.safeParse(key.slice(prefixes.originals.length).split('/'));
  if (!parsed.success) return undefined;
  const [tenant, category, imageId] = parsed.data;
  const addresses = OriginalMediaType.options.map((contentType) => ({ tenant, category, imageId, contentType }));
  return addresses.find((address) => originalKey(address) === key);
}

/** The key of an image's entry in its tenant's index of finished images, in the originals bucket. */
export const finishedKey = (address: ImageAddress) => `${prefixes.finished}${addressPath(address)}`;

/** The key of a private record in the originals bucket; the image's id is enough to find it. */
const recordKey = (prefix: string, imageId: ImageId) => `${prefix}${shardOf(imageId)}/${imageId}.json`;

/**
 * The last two hex digits of an id, which are random. They spread keys over 256 prefixes: ids start with the time, and
 * without a shard, simultaneous writes would hit the same partition of the storage.
 */
const shardOf = (imageId: ImageId) => imageId.slice(-2);

/** The key of an image's manifest, in the originals bucket. */
export const manifestKey = (imageId: ImageId) => recordKey(prefixes.manifests, imageId);

/** The key of a deletion mark, in the originals bucket. It exists from the request until the image is fully deleted. */
export const deletionKey = (imageId: ImageId) => recordKey(prefixes.deletions, imageId);

/** The image of a deletion mark; undefined for any other key. */
export function parseDeletionKey(key: string): ImageId | undefined {
  const imageId = ImageId.safeParse(key.slice(-41, -5)).data;
  return imageId && deletionKey(imageId) === key ? imageId : undefined;
}

/**
 * The key of the preview that moderation sees, in the originals bucket. Ids start with their time: a listing of previews has the oldest
 * image first.
 */
export const previewKey = (imageId: ImageId) => `${prefixes.previews}${imageId}.jpg`;

/** The image of a preview; undefined for any other key. */
export function parsePreviewKey(key: string): ImageId | undefined {
  const imageId = ImageId.safeParse(key.slice(prefixes.previews.length, -'.jpg'.length)).data;
  return imageId && previewKey(imageId) === key ? imageId : undefined;
}

/** A day in UTC, as `2026-11-29`: keys that contain it are ordered by time. */
const Day = z.iso.date();
const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** The key of the entry of a deleted image in the list of tombstones, in the originals bucket, by the day of its deletion. */
export const tombstoneKey = (imageId: ImageId, deletedAt: Date) =>
  `${prefixes.tombstones}${dayOf(deletedAt)}/${imageId}`;

/** The image of a tombstone's entry and the start of the day of its deletion; undefined for any other key. */
export function parseTombstoneKey(key: string): { imageId: ImageId; deletedAt: Date } | undefined {
  const [day, id, ...more] = key.slice(prefixes.tombstones.length).split('/');
  const [parsedDay, imageId] = [Day.safeParse(day).data, ImageId.safeParse(id).data];
  if (!key.startsWith(prefixes.tombstones) || !parsedDay || !imageId || more.length > 0) return undefined;
  return { imageId, deletedAt: new Date(parsedDay) };
}

export interface RenditionAddress {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly variant: string;
  readonly format: Format;
  readonly visibility: Visibility;
}

const prefixOf: Readonly<Record<Visibility, string>> = {
  public: prefixes.renditions,
  signed: prefixes.privateRenditions,
};

/** The key prefix of an image's renditions: of all revisions, or of one. */
export function renditionFolder({
  imageId,
  visibility,
  revision,
}: Pick<RenditionAddress, 'imageId' | 'visibility'> & { readonly revision?: string | undefined }): string {
  const folder = `${prefixOf[visibility]}${shardOf(imageId)}/${imageId}/`;
  return revision === undefined ? folder : `${folder}${revision}/`;
}

/** The key of a rendition, in the CDN bucket. Different bytes have a different revision: it is safe to cache forever. */
export function renditionKey({ variant, format, ...address }: RenditionAddress): string {
  return `${renditionFolder(address)}${variant}.${fileExtensions[format]}`;
}

/** The key of a size that no variant has, in the CDN bucket. `size` is its canonical form: see `sizeName`. */
export function sizeKey(address: Omit<RenditionAddress, 'variant'> & { readonly size: string }): string {
  return `${renditionFolder(address)}${address.size}.${fileExtensions[address.format]}`;
}

/** A name of a variant has no underscore. */
const isSize = (file: string) => file.includes('_');

export interface ParsedRenditionKey {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly visibility: Visibility;
  /** A size that no variant has. */
  readonly isSize: boolean;
}

/** What a rendition's key says; undefined for any other key. */
export function parseRenditionKey(key: string): ParsedRenditionKey | undefined {
  const visibility = isPrivateKey(key) ? 'signed' : 'public';
  if (!key.startsWith(prefixOf[visibility])) return undefined;
  const [, id, revision = '', file] = key.slice(prefixOf[visibility].length).split('/');
  const imageId = ImageId.safeParse(id).data;
  const isRendition =
    imageId && file !== undefined && key === `${renditionFolder({ imageId, revision, visibility })}${file}`;
  return isRendition ? { imageId, revision, visibility, isSize: isSize(file) } : undefined;
}

/** Whether a key of the CDN bucket must not be readable without a signature. */
export const isPrivateKey = (key: string) => key.startsWith(prefixes.privateRenditions);

/**
 * Patterns of the paths under which a CDN may have stored an image, each with a `*` at its end. `immutable`: the public renditions.
 * `changing`: addresses without a revision. `signed`: the private renditions.
 */
export const cachedPaths = (imageId: ImageId) => ({
  immutable: [`${renditionFolder({ imageId, visibility: 'public' })}*`],
  changing: [`${prefixes.renditions}${imageId}*`],
  signed: [`${renditionFolder({ imageId, visibility: 'signed' })}*`],
});
