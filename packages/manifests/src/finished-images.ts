import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, finishedKey, type ImageAddress } from '@imagemill/variants';
import { type WrittenAt, writtenAt } from './written-at.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * An index of each tenant's finished images, in the order of their age: an empty object for each image that has a
 * manifest. Manifests are found by id alone, so no listing of them belongs to one tenant.
 *
 *     manifest committed ─► entry ─► (deleted) tombstone in the manifest's place ─► files deleted ─► no entry
 *
 * An entry states nothing else, so it cannot contradict the manifest. The reconciler adds a missing one.
 */
export interface FinishedImages {
  /** Adding again renews the entry's time. Every call throws StorageError when the storage fails. */
  add(image: ImageAddress, options?: CallOptions): Promise<void>;
  remove(image: ImageAddress, options?: CallOptions): Promise<void>;
  /** When each of these images was finished last. They must be neighbours in the order of original keys. */
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
