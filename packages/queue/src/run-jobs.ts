import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { toJobError } from './job-error.ts';
import type { JobSpec } from './jobs.ts';
import { payloadOf } from './read-job.ts';

/** What a run of a job came to. What it throws is a failed attempt, which the job's policy retries. */
export type JobRunResult<Result> =
  | { readonly outcome: 'completed'; readonly result: Result }
  /** Delayed again; no attempt is used. */
  | {
      readonly outcome: 'postponed';
      readonly retryAfterMs: number;
      /** Called when the job is delayed and out of this worker's hands. */
      readonly afterwards?: (() => Promise<void>) | undefined;
    };

export interface JobRun {
  readonly job: Job;
  /**
   * Aborted when the work must stop: its worker closes, or its lock ran out (the process was paused, or Redis was away)
   * and another worker may have the job by now. Nothing may be committed after that.
   */
  readonly signal: AbortSignal;
}

export interface JobRunnerOptions<Payload, Result> {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly spec: Pick<JobSpec, 'queue' | 'options'> & { readonly payload: z.ZodType<Payload> };
  readonly run: (payload: Payload, run: JobRun) => Promise<JobRunResult<Result>>;
  /** How long a job stays with a worker that does not renew its claim; stalled jobs are looked for twice as often. */
  readonly lockDurationMs?: number | undefined;
  /** How long work that must stop may take to see that; after that its job's lock runs out. */
  readonly giveBackMs: number;
  readonly more?: Pick<WorkerOptions, 'name' | 'metrics' | 'settings'>;
  /** Called for everything that fails outside a run: a lost connection, a lock that was not renewed. */
  readonly onError: (error: Error) => void;
  /** Closing waits for these two. */
  readonly onCompleted?: (job: Job, result: Result) => Promise<void>;
  readonly onFailed?: (job: Job | undefined, error: Error) => Promise<void>;
}

export interface JobRunner {
  /**
   * Takes no further job, and waits up to `graceMs` for those in hand. What takes longer is stopped and given back
   * without an attempt, so that another worker starts it at once.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * A worker that vanished is missed after its lock and at most two looks for stalled jobs, which are as far apart as half
 * the lock: 30 s. Shorter locks would take jobs from workers that only pause; they are renewed at half their time.
 */
const LOCK_DURATION_MS = 15_000;

/** Running a job again is harmless, so no number of vanished workers ends one. Renders have a bound of their own. */
const STALLS_MAX = 50;

/** Without a job in hand there is nothing to wait for but Redis' answer, and it may be away. */
const IDLE_CLOSE_MS = 2_000;

/**
 * Runs the jobs of one queue until it is closed. A job is its payload and a function; this turns what the function returns or
 * throws into what BullMQ must do:
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
  let inHand = 0;

  const worker = new Worker<unknown, Result>(spec.queue, process, {
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
  // BullMQ does not stop a processor whose lock is gone by itself.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'The lock of this job ran out.');
  });

  async function process(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<Result> {
    const result = await runOnce(job, token, lockIsLost);
    if (result.outcome === 'completed') return result.result;
    await job.moveToDelayed(Date.now() + result.retryAfterMs, token);
    // Not before this processor has returned: BullMQ stops renewing a job's lock, by its id, when its processor
    // ends, which must not hit another slot of this worker that has taken the same job again.
    setImmediate(() => track(result.afterwards?.()));
    throw new DelayedError();
  }

  async function runOnce(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<JobRunResult<Result>> {
    const signal = AbortSignal.any([graceIsOver.signal, ...(lockIsLost ? [lockIsLost] : [])]);
    inHand += 1;
    try {
      return await options.run(payloadOf(spec.payload, job), { job, signal });
    } catch (error) {
      if (!graceIsOver.signal.aborted) throw toJobError(error);
      // It was not the job's fault: another worker starts it at once, with all its attempts.
      await job.moveToWait(token);
      throw new WaitingError();
    } finally {
      inHand -= 1;
    }
  }

  /** What closing waits for. */
  function track(promise: Promise<void> | undefined): void {
    const work = Promise.resolve(promise).catch(options.onError);
    unfinished.add(work);
    void work.finally(() => unfinished.delete(work));
  }

  return {
    async close(graceMs) {
      const closed = worker.close().then(() => Promise.all(unfinished));
      const overdue = setTimeout(() => graceIsOver.abort(new Error('The worker is shutting down.')), graceMs);
      const tooLate = delay(inHand > 0 ? graceMs + options.giveBackMs : IDLE_CLOSE_MS, undefined, { ref: false });
      await Promise.race([closed, tooLate]);
      clearTimeout(overdue);
    },
  };
}
