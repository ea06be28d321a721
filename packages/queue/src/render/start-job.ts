import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { markWaitingSince } from '../backlog/waiting-since.ts';
import type { RenderOutcome } from '../jobs.ts';

/**
 * Starts the job of an upload that is there: also one that was given up as expired before the upload ended, and that of
 * a deleted image, whose late upload must be deleted too.
 */
export async function startJob(job: Job, redis: Redis): Promise<void> {
  const outcome = (job.returnvalue as RenderOutcome | null)?.outcome;
  if ((outcome === 'expired' || outcome === 'deleted') && (await job.isCompleted())) {
    await restart(job, redis, 'completed');
  } else if (job.attemptsMade === 0) {
    // A job that waits after a failed attempt keeps its backoff.
    await promote(job);
  }
}

/** Starts the job whatever it has come to. An active one has to see by itself what there is to do. */
export async function startAnew(job: Job, redis: Redis): Promise<void> {
  const state = await job.getState();
  if (state === 'completed' || state === 'failed') await restart(job, redis, state);
  else await promote(job);
}

/** Starts a job that has ended again, with all its attempts; harmless when somebody else was first. */
export async function restart(job: Job, redis: Redis, ended: 'completed' | 'failed'): Promise<void> {
  try {
    await job.retry(ended, { resetAttemptsMade: true, resetAttemptsStarted: true });
    await markWaitingSince(redis, job, Date.now());
  } catch (error) {
    if ((await job.getState()) === ended) throw error;
  }
}

/** Starts a delayed job now; a job that is not delayed needs no start. */
export async function promote(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) throw error;
  }
}
