import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { markWaitingSince } from '../backlog/waiting-since.ts';
import type { RenderOutcome } from '../jobs.ts';

/**
 * Starts the job of an uploaded image. Restarts an expired job, because its upload arrived late, and the job of a deleted
 * image, because a late upload must be deleted too.
 */
export async function startJob(job: Job, redis: Redis): Promise<void> {
  const outcome = (job.returnvalue as RenderOutcome | null)?.outcome;
  if ((outcome === 'expired' || outcome === 'deleted') && (await job.isCompleted())) {
    await restart(job, redis, 'completed');
  } else if (job.attemptsMade === 0) {
    // A job in backoff keeps its delay.
    await promote(job);
  }
}

/** Starts the parked job of an image whose upload can no longer arrive. A job in backoff keeps its delay. */
export async function endWait(job: Job, redis: Redis): Promise<void> {
  if (job.attemptsMade > 0) return;
  await markWaitingSince(redis, job, Date.now());
  await promote(job);
}

/** Starts the job regardless of its state. An active job is left alone; it checks for notes when it ends (rechecks.ts). */
export async function restartOrPromote(job: Job, redis: Redis): Promise<void> {
  const state = await job.getState();
  if (state === 'completed' || state === 'failed') await restart(job, redis, state);
  else await promote(job);
}

/** Restarts a finished job with all its attempts. Does nothing if another process has already restarted it. */
export async function restart(job: Job, redis: Redis, ended: 'completed' | 'failed'): Promise<void> {
  try {
    await job.retry(ended, { resetAttemptsMade: true, resetAttemptsStarted: true });
    await markWaitingSince(redis, job, Date.now());
  } catch (error) {
    if ((await job.getState()) === ended) throw error;
  }
}

/** Starts a delayed job now. Does nothing if the job is not delayed. */
export async function promote(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) throw error;
  }
}
