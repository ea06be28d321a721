import type { ObjectStorage } from '@imagemill/storage';
import {
  CACHE_PRIVATE,
  deletionKey,
  type ImageId,
  type OriginalAddress,
  originalKey,
  type Tenant,
} from '@imagemill/variants';
import { ManifestConflictError } from './errors.ts';
import type { Manifests } from './manifests.ts';

/**
 * Deleting an image is begun by the API and ended by a worker; a mark lies in the bucket in between, so that whatever
 * dies on the way, somebody finds what is left to do:
 *
 *     begin: mark ─► tombstone in the manifest's place ─► a job ─► worker: delete renditions, original ─► finish: no mark
 *
 * The tombstone stays: a worker that had the image in hand meets it at its own commit, and a late upload by the same
 * URL is deleted too.
 */
export interface Deletions {
  /** From here on the image is gone for everybody. Beginning again changes nothing. @throws StorageError */
  begin(image: OriginalAddress): Promise<void>;
  /** Nothing is left of the image. @throws StorageError */
  finish(image: { tenant: Tenant; imageId: ImageId }): Promise<void>;
}

/** Two workers at most can commit in between: one that lost its lock, and the one that has it. */
const TRIES = 3;

export function createDeletions(originals: ObjectStorage, manifests: Manifests): Deletions {
  async function replaceByTombstone(image: OriginalAddress): Promise<void> {
    const stored = await manifests.read(image);
    if (stored?.manifest.status === 'deleted') return;
    const { imageId, tenant, category } = image;
    const identity = { manifestVersion: 1, imageId, tenant, category, originalKey: originalKey(image) } as const;
    await manifests.publish({ ...identity, status: 'deleted', deletedAt: new Date().toISOString() }, stored);
  }

  return {
    async begin(image) {
      const mark = { originalKey: originalKey(image) };
      await originals.put({
        key: deletionKey(image),
        body: Buffer.from(JSON.stringify(mark)),
        contentType: 'application/json',
        cacheControl: CACHE_PRIVATE,
      });
      for (let tries = 1; ; tries += 1) {
        try {
          return await replaceByTombstone(image);
        } catch (error) {
          if (!(error instanceof ManifestConflictError) || tries === TRIES) throw error;
        }
      }
    },

    finish: (image) => originals.delete(deletionKey(image)),
  };
}
