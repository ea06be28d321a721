import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { uploadCheckDelayMs } from '../render/retry-policy.ts';

/** A field of the job's own hash: it goes when the job goes. */
const FIELD = 'readyAt';
/** A job that was removed meanwhile must not come back as a hash of one field. */
const MARK = `if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], '${FIELD}', ARGV[1]) end`;

const hashKey = (job: Job) => `${job.queueQualifiedName}:${job.id}`;

/**
 * Notes when a job will be ready to start, or was made so: BullMQ forgets a job's delay when it is over, and a finished
 * job's times when it starts again.
 *
 * @param at ms since 1970
 */
export async function markWaitingSince(redis: Redis, job: Job, at: number): Promise<void> {
  await redis.eval(MARK, 1, hashKey(job), at);
}

/**
 * Since when a waiting job could have been started, in ms since 1970:
 *
 *     redriven, or in backoff ─► as marked
 *     never started           ─► since its upload was reported, or its first delay was over
 *     looked, nothing there   ─► since its upload was reported, or its next look was due
 *     taken from its worker   ─► since it was last started
 *
 * @param reportedAt when the job's upload was last reported, if it was
 */
export async function waitingSince(redis: Redis, job: Job, reportedAt: number | undefined): Promise<number> {
  const startedAt = job.processedOn ?? 0;
  const marked = Number((await redis.hget(hashKey(job), FIELD)) ?? Number.NEGATIVE_INFINITY);
  if (marked >= startedAt) return marked;
  if (job.attemptsMade > 0) return startedAt;
  const dueAt =
    startedAt > 0 ? startedAt + uploadCheckDelayMs(job.attemptsStarted) : job.timestamp + (job.opts.delay ?? 0);
  return reportedAt === undefined ? dueAt : Math.min(dueAt, Math.max(reportedAt, startedAt));
}
