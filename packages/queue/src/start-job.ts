import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RenderOutcome } from './jobs.ts';
import { markReady } from './ready-since.ts';

/** Starts the job of an upload that is there: also one that was given up as expired before the upload ended. */
export async function startJob(job: Job, redis: Redis): Promise<void> {
  const result = job.returnvalue as RenderOutcome | null;
  if (result?.outcome === 'expired' && (await job.isCompleted())) {
    await restartExpired(job, redis);
  } else if (job.attemptsMade === 0) {
    // A job that waits after a failed attempt keeps its backoff.
    await promote(job);
  }
}

/** Starts an expired job again; harmless when somebody else was first. */
export async function restartExpired(job: Job, redis: Redis): Promise<void> {
  try {
    await job.retry('completed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    await markReady(redis, job, Date.now());
  } catch (error) {
    if (await job.isCompleted()) throw error;
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
