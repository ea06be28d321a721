import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';

/**
 * A note that something happened to an image: its upload was reported, or its deletion was asked for. It outlives the moment, so that a report which arrives while the image's
 * job is active, and has just seen "not there", is not lost:
 *
 *     reporter:  note ─► start the job            (fails while it is active)
 *     worker:    look ─► give the job up, or back ─► take the note ─► start the job, if there was one
 *
 * Whichever of `note` and `take` is later sees the other's work, so in every interleaving somebody starts it.
 */
export interface WakeUps {
  note(imageId: ImageId): Promise<void>;
  /** When it was last noted, in ms since 1970; the note stays. */
  notedAt(imageId: ImageId): Promise<number | undefined>;
  /** Whether it was noted since the last `take`; the note is gone, so a wrong report wakes a job once only. */
  take(imageId: ImageId): Promise<boolean>;
}

/** Longer than any presigned URL lives (S3's limit is 7 days). */
const NOTE_TTL_S = 8 * 24 * 3600;

export function createWakeUps(redis: Redis, prefix: string, what: 'uploaded' | 'deleted'): WakeUps {
  const key = (imageId: ImageId) => `${prefix}:${what}:${imageId}`;
  return {
    async note(imageId) {
      await redis.set(key(imageId), Date.now(), 'EX', NOTE_TTL_S);
    },
    async notedAt(imageId) {
      const note = await redis.get(key(imageId));
      return note === null ? undefined : Number(note);
    },
    take: async (imageId) => (await redis.getdel(key(imageId))) !== null,
  };
}
