import type { Deletions } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { originalFolder, renditionFolder } from '@imagemill/variants';
import pLimit from 'p-limit';
import { abortParts } from './abort-parts.ts';

const DELETES_AT_ONCE = 8;

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
  await deleteFolder(buckets.cdn, renditionFolder(image), signal);
  await deleteFolder(buckets.originals, originalFolder(image), signal);
  await buckets.deletions.finish(image);
}

/** Deletes all objects under a prefix. @throws StorageError */
export async function deleteFolder(storage: ObjectStorage, prefix: string, signal: AbortSignal): Promise<void> {
  const slot = pLimit(DELETES_AT_ONCE);
  let startAfter: string | undefined;
  do {
    const { objects, nextAfter } = await storage.list({ prefix, startAfter, signal });
    await Promise.all(objects.map(({ key }) => slot(() => storage.delete(key, { signal }))));
    startAfter = nextAfter;
  } while (startAfter !== undefined);
}
