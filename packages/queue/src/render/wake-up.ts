import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';

/**
 * A persistent note that an image's upload was reported, or that its deletion was requested. A report may arrive while the job
 * is active and has just found no original. The note keeps that report from being lost:
 *
 *     reporter:  note ─► start the job               (fails while it is active)
 *     worker:    check ─► expire or delay the job ─► take the note ─► start the job if there was a note
 *
 * The later one of `note` and `take` sees the effect of the other. In every interleaving one of them starts the job.
 */
export interface WakeUps {
  note(imageId: ImageId): Promise<void>;
  /** Time of the last note, in ms since 1970. Keeps the note. */
  notedAt(imageId: ImageId): Promise<number | undefined>;
  /** Whether there was a note since the last `take`. Deletes the note: a wrong report starts a job only once. */
  take(imageId: ImageId): Promise<boolean>;
}

/** Longer than the lifetime of any presigned URL (S3's limit is 7 days). */
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
