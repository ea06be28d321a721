import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * When a waiting job became ready to start, in ms since 1970:
 *
 *     has a turn, or had one when it became ready  ─► the time that its turn notes as `readyAt`: see turns.ts
 *     returned by a worker, or its worker died     ─► when it was last started
 *     never started, and out of turn               ─► when its first delay was over
 */
export async function waitingSince(redis: Redis, job: Job): Promise<number> {
  const startedAt = job.processedOn ?? 0;
  const readyAt = await redis.hget(`${job.queueQualifiedName}:${job.id}`, 'readyAt');
  if (readyAt !== null && Number(readyAt) >= startedAt) return Number(readyAt);
  return startedAt > 0 ? startedAt : job.timestamp + (job.opts.delay ?? 0);
}
