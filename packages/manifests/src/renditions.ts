import type { ObjectStorage } from '@imagemill/storage';
import { type ImageId, parseRenditionKey, prefixes, renditionFolder } from '@imagemill/variants';
import { deleteFolder } from './delete-folder.ts';

export interface RenderedImage {
  readonly imageId: ImageId;
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
 * A page of the images that have renditions, in the order of their keys, each with all its revisions.
 *
 * @param imagesMin smallest number of images per page, except for the last page
 * @throws StorageError
 */
export async function listRenderedImages(
  cdn: ObjectStorage,
  { imagesMin, startAfter, signal }: { imagesMin: number; startAfter: string | undefined; signal: AbortSignal },
): Promise<{ readonly images: readonly RenderedImage[]; readonly nextAfter: string | undefined }> {
  const images = new Map<ImageId, Found>();
  let next = startAfter;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix: prefixes.renditions, startAfter: next, signal });
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
    next = renditionFolder({ imageId: last }).slice(0, -1);
  }
  return { images: [...images].map(([imageId, found]) => ({ imageId, ...found })), nextAfter: next };
}

function add(
  images: Map<ImageId, Found>,
  { imageId, revision, isSize, key, writtenAt }: NonNullable<ReturnType<typeof parseRenditionKey>> & StoredSize,
): void {
  const found = images.get(imageId) ?? { revisions: new Map<string, Date>(), sizes: [] };
  const newest = found.revisions.get(revision);
  if (newest === undefined || newest < writtenAt) found.revisions.set(revision, writtenAt);
  if (isSize) found.sizes.push({ key, writtenAt });
  images.set(imageId, found);
}

/** Deletes an image's renditions: of all revisions, or of one. @returns how many there were @throws StorageError */
export const deleteRenditions = (
  cdn: ObjectStorage,
  { imageId, revision }: { imageId: ImageId; revision?: string },
  signal: AbortSignal,
) => deleteFolder(cdn, renditionFolder({ imageId, ...(revision !== undefined && { revision }) }), signal);
