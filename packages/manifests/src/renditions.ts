import type { ObjectStorage } from '@imagemill/storage';
import {
  type ImageId,
  isPrivateKey,
  type ParsedRenditionKey,
  parseRenditionKey,
  prefixes,
  renditionFolder,
  Visibility,
} from '@imagemill/variants';
import { deleteFolder } from './delete-folder.ts';

export interface RenderedImage {
  readonly imageId: ImageId;
  /** Of these renditions. An image may have others of the other visibility. */
  readonly visibility: Visibility;
  /** When the newest rendition of each revision was written. */
  readonly revisions: ReadonlyMap<string, Date>;
  /** Sizes that no variant has, which an edge has made. */
  readonly sizes: readonly StoredSize[];
}

interface StoredSize {
  readonly key: string;
  readonly writtenAt: Date;
}

type Found = { revisions: Map<string, Date>; sizes: StoredSize[] };

/**
 * A page of the images that have renditions, in the order of their keys, each with all its revisions: first the public renditions, then
 * the private ones.
 *
 * @param imagesMin smallest number of images per page, except for the last page
 * @throws StorageError
 */
export async function listRenderedImages(
  cdn: ObjectStorage,
  { imagesMin, startAfter, signal }: { imagesMin: number; startAfter: string | undefined; signal: AbortSignal },
): Promise<{ readonly images: readonly RenderedImage[]; readonly nextAfter: string | undefined }> {
  const images = new Map<ImageId, Found>();
  const visibility = startAfter !== undefined && isPrivateKey(startAfter) ? 'signed' : 'public';
  const prefix = visibility === 'signed' ? prefixes.privateRenditions : prefixes.renditions;
  let next = startAfter;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix, startAfter: next, signal });
    for (const { key, modifiedAt } of objects) {
      const rendition = parseRenditionKey(key);
      if (rendition) add(images, { ...rendition, key, writtenAt: modifiedAt });
    }
    next = nextAfter;
  } while (next !== undefined && images.size < imagesMin);
  const last = [...images.keys()].at(-1);
  if (next !== undefined && last !== undefined && images.size > 1) {
    // The last image may continue on the next page; it is moved there completely.
    images.delete(last);
    next = renditionFolder({ imageId: last, visibility }).slice(0, -1);
  }
  const nextAfter = next ?? (visibility === 'public' ? prefixes.privateRenditions : undefined);
  return { images: [...images].map(([imageId, found]) => ({ imageId, visibility, ...found })), nextAfter };
}

function add(
  images: Map<ImageId, Found>,
  { imageId, revision, isSize, key, writtenAt }: ParsedRenditionKey & StoredSize,
): void {
  const found = images.get(imageId) ?? { revisions: new Map<string, Date>(), sizes: [] };
  const newest = found.revisions.get(revision);
  if (newest === undefined || newest < writtenAt) found.revisions.set(revision, writtenAt);
  if (isSize) found.sizes.push({ key, writtenAt });
  images.set(imageId, found);
}

interface DeletedRenditions {
  readonly imageId: ImageId;
  /** All if not given. */
  readonly revision?: string | undefined;
  /** Public and private ones if not given. */
  readonly visibility?: Visibility | undefined;
}

/** Deletes an image's renditions. @returns how many there were @throws StorageError */
export async function deleteRenditions(
  cdn: ObjectStorage,
  { imageId, revision, visibility: only }: DeletedRenditions,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const visibility of only ? [only] : Visibility.options) {
    deleted += await deleteFolder(cdn, renditionFolder({ imageId, revision, visibility }), signal);
  }
  return deleted;
}
