import type { Job } from 'bullmq';
import type { RenderOutcome } from '../jobs.ts';
import type { Turns } from '../turns/turns.ts';

/** Every way in which a job starts to wait. Each gives the job its turn first. */
export interface JobStarts {
  /**
   * Starts the job of an uploaded image. Restarts an expired job, because its upload arrived late, and the job of a deleted
   * image, because a late upload must be deleted too. A job in backoff keeps its delay.
   */
  startUploaded(job: Job): Promise<void>;
  /** Starts the parked job of an image whose upload can no longer arrive. A job in backoff keeps its delay. */
  endWait(job: Job): Promise<void>;
  /** Starts the job regardless of its state. An active job is left alone; it checks for notes when it ends (rechecks.ts). */
  restartOrPromote(job: Job): Promise<void>;
  /** Restarts a finished job with all its attempts. Does nothing if another process has already restarted it. */
  restart(job: Job, ended: 'completed' | 'failed'): Promise<void>;
  /** Starts a delayed job now. Does nothing if the job is not delayed. */
  promote(job: Job): Promise<void>;
}

export function createJobStarts(turns: Turns): JobStarts {
  async function restart(job: Job, ended: 'completed' | 'failed'): Promise<void> {
    await turns.take(job, ended, Date.now());
    await retryFinished(job, ended);
  }

  async function promote(job: Job): Promise<void> {
    await turns.take(job, 'delayed', Date.now());
    try {
      await job.promote();
    } catch (error) {
      if (await job.isDelayed()) throw error;
    }
  }

  const promoteFirst = async (job: Job) => {
    if (job.attemptsMade === 0) await promote(job);
  };

  return {
    async startUploaded(job) {
      const outcome = (job.returnvalue as RenderOutcome | null)?.outcome;
      const isRestarted = (outcome === 'expired' || outcome === 'deleted') && (await job.isCompleted());
      await (isRestarted ? restart(job, 'completed') : promoteFirst(job));
    },

    endWait: promoteFirst,

    async restartOrPromote(job) {
      const state = await job.getState();
      await (state === 'completed' || state === 'failed' ? restart(job, state) : promote(job));
    },

    restart,
    promote,
  };
}

/** Moves a finished job to waiting, with all its attempts. Does nothing if another process has already done so. */
export async function retryFinished(job: Job, ended: 'completed' | 'failed'): Promise<void> {
  try {
    await job.retry(ended, { resetAttemptsMade: true, resetAttemptsStarted: true });
  } catch (error) {
    if ((await job.getState()) === ended) throw error;
  }
}
