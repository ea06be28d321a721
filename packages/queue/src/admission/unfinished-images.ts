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

/** In Redis: to ask for each of its jobs took milliseconds of the API's event loop, every second in which a tenant is at its ceiling. */
const AUDIT = `
  local unfinished, audited, jobPrefix = KEYS[1], KEYS[2], ARGV[1]
  local now, every, most, joblessAfter = tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
  if not redis.call('SET', audited, now, 'PX', every, 'NX') then return end
  local sample = redis.call('ZRANDMEMBER', unfinished, most, 'WITHSCORES')
  local ended = {}
  for index = 1, #sample, 2 do
    local job = redis.call('HMGET', jobPrefix .. sample[index], 'timestamp', 'finishedOn')
    local isJobless = not job[1] and now - tonumber(sample[index + 1]) > joblessAfter
    if job[2] or isJobless then table.insert(ended, sample[index]) end
  end
  if #ended > 0 then redis.call('ZREM', unfinished, unpack(ended)) end`;

export function createUnfinishedImages(redis: Redis, prefix: string): UnfinishedImages {
  redis.defineCommand('auditUnfinished', { numberOfKeys: 2, lua: AUDIT });
  const scripted = redis as Redis & { auditUnfinished(...parameters: (string | number)[]): Promise<null> };
  const jobPrefix = `${prefix}:${jobs.renderImage.queue}:`;

  return {
    async remove(tenant, imageId) {
      await redis.zrem(unfinishedKey(prefix, tenant), imageId);
    },

    async audit(tenant, now) {
      const key = unfinishedKey(prefix, tenant);
      const limits = [AUDIT_EVERY_MS, AUDITED_MAX, JOBLESS_AFTER_MS];
      await scripted.auditUnfinished(key, `${key}:audited`, jobPrefix, now, ...limits);
    },
  };
}
