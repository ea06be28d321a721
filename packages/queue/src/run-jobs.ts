import { setTimeout as delay } from 'node:timers/promises';
import type { Versioned } from '@imagemill/records';
import { DelayedError, type Job, WaitingError, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { toJobError } from './job-error.ts';
import { JobWorker } from './job-worker.ts';
import type { JobSpec } from './jobs.ts';
import { payloadOf } from './read-job.ts';

/** The result of a run. A run that throws is a failed attempt, which is retried by the job's policy. */
export type JobRunResult<Result> =
  | { readonly outcome: 'completed'; readonly result: Result }
  /** Delayed again without using an attempt. */
  | {
      readonly outcome: 'postponed';
      readonly retryAfterMs: number;
      /** Called after the job has returned to the delayed set. */
      readonly afterwards?: (() => Promise<void>) | undefined;
    };

export interface JobRun {
  readonly job: Job;
  /**
   * Aborted if the work must stop: the worker closes, or the lock expired (the process was paused, or Redis was unavailable)
   * and another worker may have the job. Nothing may be committed after that.
   */
  readonly signal: AbortSignal;
}

export interface JobRunnerOptions<Payload, Result> {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly spec: Pick<JobSpec, 'queue' | 'options'> & { readonly payload: Versioned<Payload> };
  readonly run: (payload: Payload, run: JobRun) => Promise<JobRunResult<Result>>;
  /** How long a job stays locked without a renewal. Stalled jobs are checked for twice per lock duration. */
  readonly lockDurationMs?: number | undefined;
  /** How long aborted work may take to stop. After that, the lock of its job expires. */
  readonly giveBackMs: number;
  readonly more?: Pick<WorkerOptions, 'name' | 'metrics' | 'settings'>;
  /** Called for errors outside of a run: a lost connection, a lock that could not be renewed. */
  readonly onError: (error: Error) => void;
  /** Closing waits for these two. */
  readonly onCompleted?: (job: Job, result: Result) => Promise<void>;
  readonly onFailed?: (job: Job | undefined, error: Error) => Promise<void>;
}

export interface JobRunner {
  /**
   * Takes no more jobs, and waits up to `graceMs` for running jobs. The remaining jobs are aborted and returned to the queue
   * without using an attempt, where another worker can start them at once.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * A crashed worker is detected after the lock duration plus at most two checks for stalled jobs, each half a lock duration
 * apart: 30 s. Shorter locks would take jobs from workers that are only paused. Locks are renewed at half their duration.
 */
const LOCK_DURATION_MS = 15_000;

/** Jobs are idempotent, and crashed workers should not fail them. Renders have a separate, lower limit. */
const STALLS_MAX = 50;

/** Without running jobs, closing only waits for Redis, which may be unavailable. */
const IDLE_CLOSE_MS = 2_000;

/**
 * Runs the jobs of one queue until it is closed. Maps the result or error of a run to the state of its job:
 *
 *     completed              ─► completed
 *     postponed              ─► delayed (no attempt used)
 *     error, retryable       ─► delayed by the job's policy; failed after the last attempt
 *     error, not retryable   ─► failed
 *     stopped at shutdown    ─► waiting again (no attempt used)
 *     its process died       ─► waiting again (no attempt used)
 */
export function runJobs<Payload, Result>(options: JobRunnerOptions<Payload, Result>): JobRunner {
  const { spec, lockDurationMs = LOCK_DURATION_MS } = options;
  const graceIsOver = new AbortController();
  const unfinished = new Set<Promise<void>>();
  let running = 0;

  const worker = new JobWorker<unknown, Result>(spec.queue, process, {
    connection: options.connection,
    prefix: options.prefix,
    concurrency: options.concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs / 2,
    maxStalledCount: STALLS_MAX,
    removeOnComplete: spec.options.removeOnComplete,
    removeOnFail: spec.options.removeOnFail,
    ...options.more,
  });
  worker.on('error', options.onError);
  worker.on('completed', (job, result) => track(options.onCompleted?.(job, result)));
  worker.on('failed', (job, error) => track(options.onFailed?.(job, error)));
  // BullMQ does not abort a processor that has lost its lock.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'The lock of this job expired.');
  });

  async function process(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<Result> {
    const result = await runOnce(job, token, lockIsLost);
    if (result.outcome === 'completed') return result.result;
    await job.moveToDelayed(Date.now() + result.retryAfterMs, token);
    // Only after this processor has returned: when a processor ends, BullMQ stops renewing the lock by job id. That must not
    // affect another slot of this worker that has taken the same job again.
    setImmediate(() => track(result.afterwards?.()));
    throw new DelayedError();
  }

  async function runOnce(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<JobRunResult<Result>> {
    const signal = AbortSignal.any([graceIsOver.signal, ...(lockIsLost ? [lockIsLost] : [])]);
    running += 1;
    try {
      return await options.run(payloadOf(spec.payload, job), { job, signal });
    } catch (error) {
      if (!graceIsOver.signal.aborted) throw toJobError(error);
      // Shutdown is not a failure of the job: another worker can start it at once, with all its attempts.
      await job.moveToWait(token);
      throw new WaitingError();
    } finally {
      running -= 1;
    }
  }

  /** Closing waits for these promises. */
  function track(promise: Promise<void> | undefined): void {
    const work = Promise.resolve(promise).catch(options.onError);
    unfinished.add(work);
    void work.finally(() => unfinished.delete(work));
  }

  return {
    async close(graceMs) {
      const closed = worker.close().then(() => Promise.all(unfinished));
      const overdue = setTimeout(() => graceIsOver.abort(new Error('The worker is shutting down.')), graceMs);
      const tooLate = delay(running > 0 ? graceMs + options.giveBackMs : IDLE_CLOSE_MS, undefined, { ref: false });
      await Promise.race([closed, tooLate]);
      clearTimeout(overdue);
    },
  };
}
