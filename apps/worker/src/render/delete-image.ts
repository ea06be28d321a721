import { type Deletions, deleteOriginal, deleteRenditions, type Previews } from '@imagemill/manifests';
import type { PurgeQueue } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import type { Duplicates } from '../duplicates/duplicates.ts';
import { abortParts } from './abort-parts.ts';

/**
 * Deletes an image's renditions of all revisions, its preview, its original or its uploaded parts, and then its deletion mark. Idempotent.
 * Copies in CDN caches remain until they are purged there. The purge is queued after the files are deleted, because a CDN could
 * fetch them again, and before the mark, because the mark is what repeats an interrupted deletion.
 *
 * @throws StorageError, QueueUnavailableError
 */
export async function deleteImage(
  services: {
    originals: ObjectStorage;
    cdn: ObjectStorage;
    previews: Previews;
    deletions: Deletions;
    duplicates: Pick<Duplicates, 'forget'>;
    purges?: Pick<PurgeQueue, 'add'> | undefined;
  },
  image: RenderImage,
  signal: AbortSignal,
): Promise<void> {
  await abortParts(services.originals, image, signal);
  await deleteRenditions(services.cdn, { imageId: image.imageId }, signal);
  await services.previews.delete(image.imageId, { signal });
  await deleteOriginal(services.originals, image, signal);
  await services.duplicates.forget(image);
  await services.purges?.add(image, 'deleted');
  await services.deletions.finish(image);
}
