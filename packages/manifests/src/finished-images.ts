import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, finishedKey, type ImageAddress } from '@imagemill/variants';
import { type WrittenAt, writtenAt } from './written-at.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * An index of each tenant's finished images, oldest first: one empty object per image that has a manifest. Manifest keys
 * contain only the image id, which is why a listing of manifests cannot be limited to one tenant.
 *
 *     commit manifest ─► add entry ─► (on deletion) replace manifest by tombstone ─► delete files ─► remove entry
 *
 * An entry contains nothing else and cannot contradict the manifest. The reconciler adds missing entries.
 */
export interface FinishedImages {
  /** Adding an entry again updates its time. All methods throw StorageError. */
  add(image: ImageAddress, options?: CallOptions): Promise<void>;
  remove(image: ImageAddress, options?: CallOptions): Promise<void>;
  /** When each of these images last finished. The images must be adjacent in the order of original keys. */
  finishedAt(images: readonly ImageAddress[], options?: CallOptions): Promise<WrittenAt<ImageAddress>>;
}

export function createFinishedImages(originals: ObjectStorage): FinishedImages {
  return {
    async add(image, options) {
      const entry = { key: finishedKey(image), body: new Uint8Array(), contentType: 'application/octet-stream' };
      await originals.put({ ...entry, cacheControl: CACHE_PRIVATE }, options);
    },

    remove: (image, options) => originals.delete(finishedKey(image), options),

    finishedAt: (images, options) => writtenAt(originals, images, finishedKey, options),
  };
}
