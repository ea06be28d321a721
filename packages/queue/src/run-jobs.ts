import { setTimeout as delay } from 'node:timers/promises';
import type { Versioned } from '@imagemill/records';
import { DelayedError, type Job, WaitingError, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { toJobError } from './job-error.ts';
import { JobWorker } from './job-worker.ts';
import type { JobSpec } from './jobs.ts';
import { excuseOutages } from './outages/excuse-outages.ts';
import { createIntake } from './outages/intake.ts';
import { OutageError } from './outages/outage-error.ts';
import type { Outages } from './outages/outages.ts';
import { payloadOf } from './read-job.ts';
import { afterJob, runInTrace } from './tracing/job-trace.ts';

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
  readonly tenant: string;
  /** The job's place among the waiting ones when it was taken; see turns.ts. */
  readonly priority: number;
  /**
   * Aborted if the work must stop: the worker closes, a bucket is away, or the lock expired (the process was paused, or Redis was
   * unavailable) and another worker may have the job. Nothing may be committed after that.
   */
  readonly signal: AbortSignal;
}

/** The work of one kind of job. */
type JobHandler<Payload, Result> = (payload: Payload, run: JobRun) => Promise<JobRunResult<Result>>;

export type JobMiddleware<Payload, Result> = (handle: JobHandler<Payload, Result>) => JobHandler<Payload, Result>;

/** A job that was returned to the queue without using an attempt, because of an outage. */
export interface GivenBack {
  readonly jobId: string | undefined;
  readonly tenant: string;
  readonly priority: number;
  /** The names of the dependencies that are away. */
  readonly away: readonly string[];
}

export interface JobRunnerOptions<Payload extends { readonly tenant: string }, Result> {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly spec: Pick<JobSpec, 'queue' | 'options'> & { readonly payload: Versioned<Payload> };
  readonly handle: JobHandler<Payload, Result>;
  /** Wraps the handler; the last in the list is the outermost. */
  readonly middleware?: readonly JobMiddleware<Payload, Result>[];
  /** The dependencies of these jobs. While one of them is away, no job is taken. */
  readonly outages: Outages;
  readonly onGivenBack?: ((job: GivenBack) => void) | undefined;
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

/** BullMQ repeats a failed command to take or to end a job after this delay. Its default of 15 s would outlast short outages. */
const COMMAND_RETRY_MS = 2_000;

/**
 * Without running jobs, closing only waits for Redis, which may be unavailable. A job that BullMQ was fetching when the close
 * began starts within this time.
 */
const IDLE_CLOSE_MS = 2_000;

/**
 * Runs the jobs of one queue until it is closed. Maps the result or error of a run to the state of its job:
 *
 *     completed                      ─► completed
 *     postponed                      ─► delayed (no attempt used)
 *     error, a dependency is away    ─► waiting again (no attempt used); the intake pauses
 *     error of a dependency that answers ─► runs once more; then like any other error
 *     error, retryable               ─► delayed by the job's policy; failed after the last attempt
 *     error, not retryable           ─► failed
 *     stopped at shutdown            ─► waiting again (no attempt used)
 *     its process died               ─► waiting again (no attempt used)
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the runner's few functions share its state, each of them short.
export function runJobs<Payload extends { readonly tenant: string }, Result>(
  options: JobRunnerOptions<Payload, Result>,
): JobRunner {
  const { spec, outages, middleware = [], lockDurationMs = LOCK_DURATION_MS } = options;
  const handle = middleware.reduce((inner, wrap) => wrap(inner), options.handle);
  const graceIsOver = new AbortController();
  const unfinished = new Set<Promise<void>>();
  let running = 0;
  let started = 0;

  const worker = new JobWorker<unknown, Result>(spec.queue, process, {
    connection: options.connection,
    prefix: options.prefix,
    concurrency: options.concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs / 2,
    maxStalledCount: STALLS_MAX,
    runRetryDelay: COMMAND_RETRY_MS,
    removeOnComplete: spec.options.removeOnComplete,
    removeOnFail: spec.options.removeOnFail,
    ...options.more,
  });
  const intake = createIntake(worker, outages);
  worker.on('error', (error) => {
    options.onError(error);
    void outages.judge(error);
  });
  worker.on('completed', (job, result) => track(afterJob(job, () => options.onCompleted?.(job, result))));
  worker.on('failed', (job, error) => track(afterJob(job, () => options.onFailed?.(job, error))));
  // BullMQ does not abort a processor that has lost its lock.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'The lock of this job expired.');
  });

  async function process(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<Result> {
    const signal = AbortSignal.any([graceIsOver.signal, intake.stopSignal(), ...(lockIsLost ? [lockIsLost] : [])]);
    running += 1;
    started += 1;
    const result = await excuseOutages(outages, signal, async () => {
      const payload = payloadOf(spec.payload, job);
      const run = { job, tenant: payload.tenant, priority: job.priority, signal };
      return runInTrace(spec.queue, run, () => handle(payload, run));
    })
      .catch(async (error: unknown) => {
        // What was stopped did not fail: another worker can start it at once, with all its attempts.
        if (!signal.aborted && !(error instanceof OutageError)) throw toJobError(error);
        await leave(job.moveToWait(token));
        if (!graceIsOver.signal.aborted) reportGivenBack(job);
        throw new WaitingError();
      })
      .finally(() => {
        running -= 1;
      });
    if (result.outcome === 'completed') return result.result;
    await leave(job.moveToDelayed(Date.now() + result.retryAfterMs, token));
    // Only after this processor has returned: when a processor ends, BullMQ stops renewing the lock by job id. That must not
    // affect another slot of this worker that has taken the same job again.
    setImmediate(() => track(result.afterwards?.()));
    throw new DelayedError();
  }

  /** If Redis refuses the command, the job stays active until its lock expires, and is then taken again as after a crash. */
  async function leave(move: Promise<unknown>): Promise<void> {
    await move.catch(options.onError);
  }

  function reportGivenBack(job: Job): void {
    const { tenant = '' } = job.data as Partial<Payload>;
    options.onGivenBack?.({ jobId: job.id, tenant, priority: job.priority, away: outages.away() });
  }

  /** Closing waits for these promises. */
  function track(promise: Promise<void> | undefined): void {
    const work = Promise.resolve(promise).catch(options.onError);
    unfinished.add(work);
    void work.finally(() => unfinished.delete(work));
  }

  return {
    async close(graceMs) {
      const hadRuns = running > 0;
      const startedBefore = started;
      const closed = worker.close().then(() => Promise.all(unfinished));
      const stopRuns = () => graceIsOver.abort(new Error('The worker is shutting down.'));
      const overdue = setTimeout(stopRuns, graceMs);
      const atMost = (ms: number) => Promise.race([closed, delay(ms, undefined, { ref: false })]);
      const deadline = Date.now() + graceMs + options.giveBackMs;
      await atMost(IDLE_CLOSE_MS);
      if (hadRuns || started > startedBefore) await atMost(deadline - Date.now());
      clearTimeout(overdue);
      // The caller closes the dependencies of runs. A run that starts after that must not fail, and use an attempt.
      stopRuns();
    },
  };
}
