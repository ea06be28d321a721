import type { ObjectStorage } from '@imagemill/storage';
import {
  CACHE_PRIVATE,
  deletionKey,
  type ImageAddress,
  type ImageId,
  manifestKey,
  type OriginalAddress,
  originalKey,
  parseDeletionKey,
  parseOriginalKey,
  parseTombstoneKey,
  prefixes,
  tombstoneKey,
} from '@imagemill/variants';
import { z } from 'zod';
import { tombstone } from './build-manifest.ts';
import { ManifestConflictError } from './errors.ts';
import { createFinishedImages } from './finished-images.ts';
import { assertOwn, type Manifests } from './manifests.ts';
import { readRecord } from './read-record.ts';

/**
 * The API begins the deletion of an image and a worker finishes it. A mark stays in the bucket in between. If either process
 * dies, the reconciler finds the unfinished deletion by its mark:
 *
 *     begin:  write mark ─► replace manifest by tombstone ─► queue job ─► worker deletes renditions and original
 *     finish: list tombstone ─► delete index entry ─► delete mark
 *     end:    delete tombstone ─► delete it from the list
 *
 * The tombstone makes the commit of a render in flight fail, and a late upload through the same URL is deleted too. It ends
 * when neither can happen any more.
 */
export interface Deletions {
  /**
   * Hides the image from its tenant from now on. Idempotent.
   *
   * @throws StorageError
   * @throws OtherTenantsImageError if the image belongs to another tenant; the image is not changed
   */
  begin(image: OriginalAddress): Promise<void>;
  /** Call it when all files of the image are deleted. @throws StorageError */
  finish(image: ImageAddress): Promise<void>;
  /** A page of unfinished deletions. @throws StorageError */
  marks(list: { startAfter: string | undefined; signal: AbortSignal }): Promise<DeletionMarks>;
  /**
   * The image that a mark names; undefined if its deletion has finished in the meantime.
   *
   * @throws StorageError
   * @throws UnreadableError `unreadable-deletion-mark`
   */
  imageOf(mark: ImageId, options: { signal: AbortSignal }): Promise<OriginalAddress | undefined>;
  /** A page of tombstones that are no longer needed, oldest first. @throws StorageError */
  oldTombstones(list: { startAfter: string | undefined; signal: AbortSignal }): Promise<OldTombstones>;
  /** Deletes a tombstone. Idempotent. @throws StorageError, UnreadableError */
  endTombstone(tombstone: OldTombstone): Promise<void>;
}

interface OldTombstone {
  readonly imageId: ImageId;
  /** The key of its entry in the list. */
  readonly key: string;
}

interface OldTombstones {
  readonly tombstones: readonly OldTombstone[];
  /** `startAfter` for the next page; undefined on the last page. */
  readonly nextAfter: string | undefined;
}

/**
 * Upload URLs and multipart uploads live for at most seven days (the limit of presigned URLs), and the job of an upload ends a
 * day later. The rest is a margin for a paused worker and an operator's redrive.
 */
const TOMBSTONE_DAYS = 30;
const DAY_MS = 24 * 3600_000;

export interface DeletionMarks {
  readonly marks: readonly { readonly imageId: ImageId; readonly begunAt: Date }[];
  /** `startAfter` for the next page; undefined on the last page. */
  readonly nextAfter: string | undefined;
}

const DeletionMark = z.object({ originalKey: z.string() });
const markRecord = { code: 'unreadable-deletion-mark', parse: DeletionMark.parse } as const;

/** At most two other commits can come first: one by a worker that lost its lock, one by the worker that holds it. */
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
    await manifests.publish(tombstone(image), stored);
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
      await originals.put({
        key: tombstoneKey(image.imageId, new Date()),
        body: new Uint8Array(),
        contentType: 'application/octet-stream',
        cacheControl: CACHE_PRIVATE,
      });
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

    async oldTombstones(list) {
      const { objects, nextAfter } = await originals.list({ prefix: prefixes.tombstones, ...list });
      const neededFrom = Date.now() - TOMBSTONE_DAYS * DAY_MS;
      const entries = objects.flatMap(({ key }) => {
        const parsed = parseTombstoneKey(key);
        return parsed ? [{ key, ...parsed }] : [];
      });
      const tombstones = entries.filter(({ deletedAt }) => deletedAt.getTime() < neededFrom);
      return { tombstones, nextAfter: tombstones.length < entries.length ? undefined : nextAfter };
    },

    async endTombstone({ imageId, key }) {
      const stored = await manifests.read(imageId);
      if (stored?.manifest.status === 'deleted') await originals.delete(manifestKey(imageId));
      await originals.delete(key);
    },
  };
}
