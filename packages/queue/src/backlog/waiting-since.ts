import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';

/** A field of the job's hash, which is removed with the job. */
const FIELD = 'readyAt';
/** Checks for existence: a job that was removed in the meantime must not return as a hash with one field. */
const MARK = `if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], '${FIELD}', ARGV[1]) end`;

const hashKey = (job: Job) => `${job.queueQualifiedName}:${job.id}`;

/**
 * Stores when a job becomes ready to start. BullMQ drops a job's delay once it is over, and the times of a finished job when
 * it is restarted.
 *
 * @param at ms since 1970
 */
export async function markWaitingSince(redis: Redis, job: Job, at: number): Promise<void> {
  await redis.eval(MARK, 1, hashKey(job), at);
}

/**
 * When a waiting job became ready to start, in ms since 1970:
 *
 *     redriven, or in backoff    ─► the stored time
 *     never started              ─► when its upload was found or reported, or when it was added
 *     started without an upload  ─► when its upload was found or reported
 *     returned by a worker       ─► when it was last started
 *
 * @param reportedAt when the job's upload was last reported, if ever
 */
export async function waitingSince(redis: Redis, job: Job, reportedAt: number | undefined): Promise<number> {
  const startedAt = job.processedOn ?? 0;
  const marked = Number((await redis.hget(hashKey(job), FIELD)) ?? Number.NEGATIVE_INFINITY);
  if (marked >= startedAt) return marked;
  if (job.attemptsMade > 0) return startedAt;
  if (reportedAt !== undefined) return Math.max(reportedAt, startedAt);
  return startedAt > 0 ? startedAt : job.timestamp + (job.opts.delay ?? 0);
}
