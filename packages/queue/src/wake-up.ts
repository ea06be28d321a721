import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';

/**
 * A note that an image's upload was reported. It outlives the moment, so that a report which arrives while the image's
 * job is active, and has just seen "not there", is not lost:
 *
 *     reporter:  note ─► promote            (fails while the job is active)
 *     worker:    look ─► back to delayed ─► take the note ─► promote, if there was one
 *
 * Whichever of `note` and `take` is later sees the other's work, so in every interleaving somebody promotes.
 */
export interface WakeUps {
  note(imageId: ImageId): Promise<void>;
  /** When the upload was last reported, in ms since 1970; the note stays. */
  reportedAt(imageId: ImageId): Promise<number | undefined>;
  /** Whether the upload was reported since the last `take`; the note is gone, so a wrong report wakes a job once only. */
  take(imageId: ImageId): Promise<boolean>;
}

/** Longer than any presigned URL lives (S3's limit is 7 days). */
const NOTE_TTL_S = 8 * 24 * 3600;

export function createWakeUps(redis: Redis, prefix: string): WakeUps {
  const key = (imageId: ImageId) => `${prefix}:uploaded:${imageId}`;
  return {
    async note(imageId) {
      await redis.set(key(imageId), Date.now(), 'EX', NOTE_TTL_S);
    },
    async reportedAt(imageId) {
      const note = await redis.get(key(imageId));
      return note === null ? undefined : Number(note);
    },
    take: async (imageId) => (await redis.getdel(key(imageId))) !== null,
  };
}
