import { type OriginalAddress, originalKey, timeOfId } from '@imagemill/variants';
import type { RenderImage } from '../jobs.ts';

/**
 * The job of an original whose job is gone, made from its key alone: after a loss of Redis, or for an upload that came
 * after its image was given up. The worker finds the file name in the object's own metadata.
 */
export function imageFromKey(address: OriginalAddress): RenderImage {
  return {
    ...address,
    originalKey: originalKey(address),
    metadata: {},
    createdAt: timeOfId(address.imageId).toISOString(),
    // It is there already; should it be gone again by the time a worker looks, nobody can upload it any more.
    uploadExpiresAt: new Date().toISOString(),
  };
}
