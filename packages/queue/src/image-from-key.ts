import { type OriginalAddress, originalKey } from '@imagemill/variants';
import type { RenderImage } from './jobs.ts';

/**
 * The job of an original whose job is gone, made from its key alone: after a loss of Redis, or for an upload that came
 * after its image was given up. The worker finds the file name in the object's own metadata.
 */
export function imageFromKey(address: OriginalAddress): RenderImage {
  return {
    ...address,
    originalKey: originalKey(address),
    metadata: {},
    createdAt: timeOf(address.imageId).toISOString(),
    // It is there already; should it be gone again by the time a worker looks, nobody can upload it any more.
    uploadExpiresAt: new Date().toISOString(),
  };
}

/** A UUIDv7 begins with its time: 48 bits of milliseconds since 1970 (RFC 9562, section 5.7). */
function timeOf(uuidv7: string): Date {
  return new Date(Number.parseInt(uuidv7.replaceAll('-', '').slice(0, 12), 16));
}
