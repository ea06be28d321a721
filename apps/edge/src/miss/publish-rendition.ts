import { type Manifest, type Manifests, putRendition } from '@imagemill/manifests';
import type { ObjectStorage } from '@imagemill/storage';
import { formatMediaTypes, type ImageId } from '@imagemill/variants';
import { imageGone, pictureNotFound, tookTooLong } from '../http/picture-problems.ts';
import type { RenderOrder } from '../render/render-order.ts';
import type { StoredPicture, StoredPictures } from '../serve/stored-pictures.ts';

export interface Publisher {
  readonly cdn: ObjectStorage;
  readonly manifests: Pick<Manifests, 'read'>;
  readonly pictures: StoredPictures;
}

export interface Published {
  readonly picture: StoredPicture;
  /** False if another writer was first: its bytes are served. */
  readonly stored: boolean;
}

/**
 * Publishes a rendition as a worker does, unless its image was deleted, rejected or held in the meantime:
 *
 *     edge:   render ─► put ─► read manifest ─► (tombstone, rejection or hold) delete the object
 *     others: write tombstone, rejection or hold ─► delete renditions
 *
 * Whichever comes second finds what the other wrote. The reconciler deletes the object of an edge that dies in between.
 *
 * @throws Problem 410 if the image is gone, 404 if it is held
 * @throws StorageError, UnreadableError
 */
export async function publishRendition(
  { cdn, manifests, pictures }: Publisher,
  { key, image, only }: RenderOrder,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Published> {
  const put = await putRendition(cdn, { key, format: only.format, body: bytes }, signal);
  // Without the signal: the end of a request must not leave the picture of a deleted image.
  const status = await statusNow(manifests, image.imageId);
  if (isGone(status) || status === 'held') {
    await cdn.delete(key);
    throw isGone(status) ? imageGone() : pictureNotFound();
  }
  if (put.outcome === 'stored') {
    const picture = {
      kind: 'held',
      bytes,
      etag: put.etag,
      sizeBytes: bytes.byteLength,
      contentType: formatMediaTypes[only.format],
      sha256: put.sha256,
    } as const;
    pictures.hold(key, picture);
    return { picture, stored: true };
  }
  const picture = await pictures.open(key);
  // It was deleted right after it was found. The next request renders it again.
  if (!picture) throw tookTooLong();
  return { picture, stored: false };
}

/** The status in an image's manifest. @throws StorageError, UnreadableError */
async function statusNow(
  manifests: Pick<Manifests, 'read'>,
  imageId: ImageId,
): Promise<Manifest['status'] | undefined> {
  return (await manifests.read(imageId))?.manifest.status;
}

const isGone = (status: Manifest['status'] | undefined) => status === 'deleted' || status === 'rejected';

/** Whether an image was rejected or deleted, by its manifest. @throws StorageError, UnreadableError */
export const isGoneNow = async (manifests: Pick<Manifests, 'read'>, imageId: ImageId): Promise<boolean> =>
  isGone(await statusNow(manifests, imageId));
