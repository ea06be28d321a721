import type { ObjectStorage } from '@imagemill/storage';
import {
  CACHE_PRIVATE,
  deletionKey,
  type ImageAddress,
  type ImageId,
  type OriginalAddress,
  originalKey,
  parseDeletionKey,
  parseOriginalKey,
  prefixes,
} from '@imagemill/variants';
import { z } from 'zod';
import { ManifestConflictError } from './errors.ts';
import { createFinishedImages } from './finished-images.ts';
import { assertOwn, type Manifests } from './manifests.ts';
import { readRecord } from './read-record.ts';

/**
 * Deleting an image is begun by the API and ended by a worker. A mark lies in the bucket in between, so that the reconciler
 * finds what is left to do when either of them dies:
 *
 *     begin: mark ─► tombstone in the manifest's place ─► a job ─► worker: delete renditions, original
 *     finish: no index entry ─► no mark
 *
 * The tombstone stays: a worker that had the image in hand meets it at its own commit, and a late upload by the same
 * URL is deleted too.
 */
export interface Deletions {
  /**
   * From here on the image is gone for its tenant. Beginning again changes nothing.
   *
   * @throws StorageError
   * @throws OtherTenantsImageError, and leaves that image alone
   */
  begin(image: OriginalAddress): Promise<void>;
  /** Nothing is left of the image's files. @throws StorageError */
  finish(image: ImageAddress): Promise<void>;
  /** The deletions that were begun and are not finished. @throws StorageError */
  marks(list: { startAfter: string | undefined; signal: AbortSignal }): Promise<DeletionMarks>;
  /**
   * The image that a mark names; undefined when the deletion has been finished since.
   *
   * @throws StorageError
   * @throws UnreadableError `unreadable-deletion-mark`
   */
  imageOf(mark: ImageId, options: { signal: AbortSignal }): Promise<OriginalAddress | undefined>;
}

export interface DeletionMarks {
  readonly marks: readonly { readonly imageId: ImageId; readonly begunAt: Date }[];
  /** What `startAfter` of the next page is; none after the last. */
  readonly nextAfter: string | undefined;
}

const DeletionMark = z.object({ originalKey: z.string() });
const markRecord = { code: 'unreadable-deletion-mark', parse: DeletionMark.parse } as const;

/** Two workers at most can commit in between: one that lost its lock, and the one that has it. */
const TRIES = 3;

export function createDeletions(originals: ObjectStorage, manifests: Manifests): Deletions {
  const finishedImages = createFinishedImages(originals);

  async function putMark(image: OriginalAddress): Promise<void> {
    const mark: z.infer<typeof DeletionMark> = { originalKey: originalKey(image) };
    await originals.put({
      key: deletionKey(image.imageId),
      body: Buffer.from(JSON.stringify(mark)),
      contentType: 'application/json',
      cacheControl: CACHE_PRIVATE,
    });
  }

  async function replaceByTombstone(image: OriginalAddress): Promise<void> {
    const stored = await manifests.read(image.imageId);
    if (stored?.manifest.status === 'deleted') return;
    const { imageId, tenant, category } = image;
    const identity = { manifestVersion: 1, imageId, tenant, category, originalKey: originalKey(image) } as const;
    await manifests.publish({ ...identity, status: 'deleted', deletedAt: new Date().toISOString() }, stored);
  }

  return {
    async begin(image) {
      assertOwn(await manifests.read(image.imageId), image.tenant);
      await putMark(image);
      for (let tries = 1; ; tries += 1) {
        try {
          return await replaceByTombstone(image);
        } catch (error) {
          if (!(error instanceof ManifestConflictError) || tries === TRIES) throw error;
        }
      }
    },

    async finish(image) {
      await finishedImages.remove(image);
      await originals.delete(deletionKey(image.imageId));
    },

    async marks(list) {
      const { objects, nextAfter } = await originals.list({ prefix: prefixes.deletions, ...list });
      const marks = objects.flatMap(({ key, modifiedAt }) => {
        const imageId = parseDeletionKey(key);
        return imageId ? [{ imageId, begunAt: modifiedAt }] : [];
      });
      return { marks, nextAfter };
    },

    async imageOf(mark, options) {
      const stored = await readRecord(originals, deletionKey(mark), markRecord, options);
      return stored && parseOriginalKey(stored.record.originalKey);
    },
  };
}
