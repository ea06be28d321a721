import type { ImageId, Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';

/**
 * The images of a tenant that have a ticket and no end yet, in a sorted set by the time of their tickets:
 *
 *     ticket ─► in the set (before its job is added) ─► ready · rejected · expired · deleted · failed ─► out of it
 *
 * A set can't drift as a counter does: to add or remove an image twice is harmless. What a crash left in it, between a
 * ticket and its job or between a job's end and its removal, is found by comparing it with the jobs (`audit`).
 */
export interface UnfinishedImages {
  /** The image has ended. A dead letter as well: that it failed is our fault, so it takes no place of its tenant's. */
  remove(tenant: Tenant, imageId: ImageId): Promise<void>;
  /** Removes images that have ended or have no job; once a second for a tenant at most, a random part of a large set. */
  audit(tenant: Tenant, now: number): Promise<void>;
}

/** Longer than any presigned URL lives (S3's limit is 7 days): no image is counted for longer. */
export const UNFINISHED_TTL_MS = 8 * 24 * 3600_000;

const AUDIT_EVERY_MS = 1_000;
const AUDITED_MAX = 500;
/** A ticket's job is added within the timeouts of one request. */
const JOBLESS_AFTER_MS = 60_000;

export const unfinishedKey = (prefix: string, tenant: Tenant) => `${prefix}:unfinished:${tenant}`;

export function createUnfinishedImages(redis: Redis, prefix: string): UnfinishedImages {
  async function hasEnded(imageId: string, now: number, ticketAt: number): Promise<boolean> {
    const job = `${prefix}:${jobs.renderImage.queue}:${imageId}`;
    const [addedAt, finishedOn] = await redis.hmget(job, 'timestamp', 'finishedOn');
    return addedAt === null ? now - ticketAt > JOBLESS_AFTER_MS : finishedOn !== null;
  }

  return {
    async remove(tenant, imageId) {
      await redis.zrem(unfinishedKey(prefix, tenant), imageId);
    },

    async audit(tenant, now) {
      const key = unfinishedKey(prefix, tenant);
      if ((await redis.set(`${key}:audited`, now, 'PX', AUDIT_EVERY_MS, 'NX')) === null) return;
      const sample = await redis.zrandmember(key, AUDITED_MAX, 'WITHSCORES');
      const images = sample.flatMap((imageId, index) =>
        index % 2 === 0 ? [{ imageId, ticketAt: Number(sample[index + 1]) }] : [],
      );
      const ended = await Promise.all(images.map(({ imageId, ticketAt }) => hasEnded(imageId, now, ticketAt)));
      const gone = images.filter((_image, index) => ended[index]).map(({ imageId }) => imageId);
      if (gone.length > 0) await redis.zrem(key, ...gone);
    },
  };
}
