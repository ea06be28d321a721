import type { ImageId, Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';

/**
 * The unfinished images of a tenant, in a sorted set by ticket time:
 *
 *     ticket ─► added (before its job) ─► ready · rejected · expired · deleted · failed ─► removed
 *
 * A set cannot drift like a counter: adding or removing an image twice is harmless. `audit` compares the set with the jobs
 * and removes entries left by a crash between a ticket and its job, or between a job's end and the removal.
 */
export interface UnfinishedImages {
  /** For finished images and for dead letters: a failure is our fault and must not count against the tenant. */
  remove(tenant: Tenant, imageId: ImageId): Promise<void>;
  /** Removes images that are finished or have no job. At most once a second per tenant; samples a large set. */
  audit(tenant: Tenant, now: number): Promise<void>;
}

/** Longer than the lifetime of any presigned URL (S3's limit is 7 days). */
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
