import { type OriginalAddress, originalKey, timeOfId } from '@imagemill/variants';
import type { RenderImage } from './render-image.ts';

/**
 * Recreates a lost job from the key of its original: after a loss of Redis, or for an upload that arrived after its image had
 * expired. The worker reads the file name from the object's metadata.
 */
export function imageFromKey(address: OriginalAddress): RenderImage {
  return {
    ...address,
    originalKey: originalKey(address),
    metadata: {},
    createdAt: timeOfId(address.imageId).toISOString(),
    // The original already exists. If it is deleted before a worker reads it, it cannot be uploaded again.
    uploadExpiresAt: new Date().toISOString(),
  };
}
