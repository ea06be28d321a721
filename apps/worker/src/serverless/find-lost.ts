import { UnreadableError } from '@imagemill/errors';
import { createDeletions, createFinishedImages, createManifests, type Upload } from '@imagemill/manifests';
import type { Logger } from '@imagemill/service';
import type { ObjectStorage } from '@imagemill/storage';
import type { OriginalAddress } from '@imagemill/variants';
import pLimit from 'p-limit';

/** The uploads of which nothing was made. They must be in the order of their keys. @throws StorageError */
type FindLost = (uploads: readonly Upload[], signal: AbortSignal) => Promise<readonly OriginalAddress[]>;

const READS_AT_ONCE = 16;

/**
 * Compares uploads with the index of finished images, which has the same order: one listing for many uploads. Records are read only for images
 * that it lacks: those with a manifest (of any status, or a tombstone) or a deletion mark are not lost.
 */
export function createFindLost(originals: ObjectStorage, logger: Logger): FindLost {
  const finishedImages = createFinishedImages(originals);
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const slot = pLimit(READS_AT_ONCE);

  async function isLost({ tenant, imageId }: OriginalAddress, signal: AbortSignal): Promise<boolean> {
    try {
      if (await manifests.read(imageId, { signal })) return false;
      if (await deletions.imageOf(imageId, { signal })) return false;
      logger.warn({ tenant, imageId }, 'the event of an upload was lost');
      return true;
    } catch (err) {
      // It stays unreadable: the sweep must get past it.
      if (!(err instanceof UnreadableError)) throw err;
      logger.error({ err, tenant, imageId }, 'the record of an image is unreadable');
      return false;
    }
  }

  return async (uploads, signal) => {
    const addresses = uploads.map(({ address }) => address);
    const finishedAt = await finishedImages.finishedAt(addresses, { signal });
    const unfinished = addresses.filter((address) => finishedAt(address) === undefined);
    const lost = await Promise.all(unfinished.map((address) => slot(() => isLost(address, signal))));
    return unfinished.filter((_, index) => lost[index]);
  };
}
