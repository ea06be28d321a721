import type { RenderImage } from '@imagemill/records';
import type { Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import type { RenderOutcome } from '../jobs.ts';

/**
 * The uploads of a tenant that were rejected since its last accepted one. Each was transferred twice and read for nothing:
 *
 *     rejected ─► one more        ready · held ─► none        ten minutes without a rejection ─► none
 *
 * The admission script gives a tenant with many of them one ticket a second.
 */
export interface Rejections {
  note(image: RenderImage, outcome: RenderOutcome): Promise<void>;
}

const TTL_MS = 10 * 60_000;

export const rejectionsKey = (prefix: string, tenant: Tenant) => `${prefix}:unfinished:${tenant}:rejected`;

export function createRejections(redis: Redis, prefix: string): Rejections {
  return {
    async note(image, outcome) {
      const key = rejectionsKey(prefix, image.tenant);
      if (['ready', 'held'].includes(outcome.outcome)) await redis.del(key);
      else if (isWasted(image, outcome)) await redis.multi().incr(key).pexpire(key, TTL_MS).exec();
    },
  };
}

/**
 * Imports do not count: they say nothing about what the tenant uploads, and have limits of their own. Nor do files that moderation rejects,
 * because they are good ones.
 */
const isWasted = ({ importUrl }: RenderImage, outcome: RenderOutcome) =>
  outcome.outcome === 'rejected' && importUrl === undefined && !outcome.error.code.startsWith('moderation-');
