import { type Deletions, deleteOriginal, deleteRenditions } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { abortParts } from './abort-parts.ts';

/**
 * Deletes an image's renditions of all revisions, its original or its uploaded parts, and then its deletion mark. Idempotent.
 * Copies in CDN caches remain until they are purged there.
 *
 * @throws StorageError
 */
export async function deleteImage(
  buckets: { originals: ObjectStorage; cdn: ObjectStorage; deletions: Deletions },
  image: RenderImage,
  signal: AbortSignal,
): Promise<void> {
  await abortParts(buckets.originals, image, signal);
  await deleteRenditions(buckets.cdn, { imageId: image.imageId }, signal);
  await deleteOriginal(buckets.originals, image, signal);
  await buckets.deletions.finish(image);
}
