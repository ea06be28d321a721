import { setTimeout as delay } from 'node:timers/promises';
import type { Versioned } from '@imagemill/records';
import type { Job, WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { JobWorker } from './job-worker.ts';
import type { JobSpec } from './jobs.ts';
import { createIntake } from './outages/intake.ts';
import type { Outages } from './outages/outages.ts';
import { createJobRuns, type GivenBack, type JobHandler, type JobRuns } from './run-job.ts';
import { afterJob } from './tracing/job-trace.ts';

export type JobMiddleware<Payload, Result> = (handle: JobHandler<Payload, Result>) => JobHandler<Payload, Result>;

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

/** Runs the jobs of one queue until it is closed. `run-job.ts` has what becomes of each. */
export function runJobs<Payload extends { readonly tenant: string }, Result>(
  options: JobRunnerOptions<Payload, Result>,
): JobRunner {
  const { spec, outages, onError, middleware = [], lockDurationMs = LOCK_DURATION_MS } = options;
  const graceIsOver = new AbortController();
  const afterwards = createTrackedWork(onError);
  const runs = createJobRuns({
    spec,
    handle: middleware.reduce((inner, wrap) => wrap(inner), options.handle),
    outages,
    graceIsOver: graceIsOver.signal,
    outageSignal: () => intake.stopSignal(),
    onGivenBack: options.onGivenBack,
    onPostponed: (result) => afterwards.track(result.afterwards?.()),
    onError,
  });
  const worker = new JobWorker<unknown, Result>(spec.queue, runs.process, {
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
    onError(error);
    void outages.judge(error);
  });
  worker.on('completed', (job, result) => afterwards.track(afterJob(job, () => options.onCompleted?.(job, result))));
  worker.on('failed', (job, error) => afterwards.track(afterJob(job, () => options.onFailed?.(job, error))));
  // BullMQ does not abort a processor that has lost its lock.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'The lock of this job expired.');
  });

  return {
    async close(graceMs) {
      const closed = worker.close().then(afterwards.settled);
      await closeWithin(closed, runs, { graceIsOver, graceMs, giveBackMs: options.giveBackMs });
    },
  };
}

/** Work that a close waits for. Its errors are reported. */
function createTrackedWork(onError: (error: Error) => void) {
  const unfinished = new Set<Promise<void>>();
  return {
    track(promise: Promise<void> | undefined): void {
      const work = Promise.resolve(promise).catch(onError);
      unfinished.add(work);
      void work.finally(() => unfinished.delete(work));
    },
    settled: () => Promise.all(unfinished),
  };
}

interface CloseTimes {
  /** Aborted when the grace is over, and at the end. */
  readonly graceIsOver: AbortController;
  readonly graceMs: number;
  readonly giveBackMs: number;
}

async function closeWithin(
  closed: Promise<unknown>,
  runs: JobRuns<unknown>,
  { graceIsOver, graceMs, giveBackMs }: CloseTimes,
): Promise<void> {
  const hadRuns = runs.running > 0;
  const startedBefore = runs.started;
  const stopRuns = () => graceIsOver.abort(new Error('The worker is shutting down.'));
  const overdue = setTimeout(stopRuns, graceMs);
  const atMost = (ms: number) => Promise.race([closed, delay(ms, undefined, { ref: false })]);
  const deadline = Date.now() + graceMs + giveBackMs;
  await atMost(IDLE_CLOSE_MS);
  if (hadRuns || runs.started > startedBefore) await atMost(deadline - Date.now());
  clearTimeout(overdue);
  // The caller closes the dependencies of runs. A run that starts after that must not fail, and use an attempt.
  stopRuns();
}
