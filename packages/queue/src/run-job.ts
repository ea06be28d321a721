import type { Versioned } from '@imagemill/records';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import { toJobError } from './job-error.ts';
import type { JobSpec } from './jobs.ts';
import { excuseOutages } from './outages/excuse-outages.ts';
import { OutageError } from './outages/outage-error.ts';
import type { Outages } from './outages/outages.ts';
import { payloadOf } from './read-job.ts';
import { runInTrace } from './tracing/job-trace.ts';

/** The result of a run. A run that throws is a failed attempt, which is retried by the job's policy. */
export type JobRunResult<Result> = { readonly outcome: 'completed'; readonly result: Result } | Postponement;

/** The job is delayed again without using an attempt. */
interface Postponement {
  readonly outcome: 'postponed';
  readonly retryAfterMs: number;
  /** Called after the job has returned to the delayed set. */
  readonly afterwards?: (() => Promise<void>) | undefined;
}

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
export type JobHandler<Payload, Result> = (payload: Payload, run: JobRun) => Promise<JobRunResult<Result>>;

/** A job that was returned to the queue without using an attempt, because of an outage. */
export interface GivenBack {
  readonly jobId: string | undefined;
  readonly tenant: string;
  readonly priority: number;
  /** The names of the dependencies that are away. */
  readonly away: readonly string[];
}

interface JobRunsOptions<Payload extends { readonly tenant: string }, Result> {
  readonly spec: Pick<JobSpec, 'queue'> & { readonly payload: Versioned<Payload> };
  readonly handle: JobHandler<Payload, Result>;
  readonly outages: Outages;
  /** Aborted at shutdown: what still runs is returned to the queue. */
  readonly graceIsOver: AbortSignal;
  /** Aborted when a dependency goes away; another one for each outage. */
  readonly outageSignal: () => AbortSignal;
  readonly onGivenBack?: ((job: GivenBack) => void) | undefined;
  readonly onError: (error: Error) => void;
  /** Called when the job has returned to the delayed set, and BullMQ no longer counts it as running here. */
  readonly onPostponed: (result: Postponement) => void;
}

export interface JobRuns<Result> {
  /** BullMQ's processor. */
  process(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<Result>;
  readonly running: number;
  /** Since this process began. */
  readonly started: number;
}

/**
 * The runs of one kind of job. Maps the result or error of a run to the state of its job:
 *
 *     completed                          ─► completed
 *     postponed                          ─► delayed (no attempt used)
 *     error, a dependency is away        ─► waiting again (no attempt used); the intake pauses
 *     error of a dependency that answers ─► runs once more; then like any other error
 *     error, retryable                   ─► delayed by the job's policy; failed after the last attempt
 *     error, not retryable               ─► failed
 *     stopped at shutdown                ─► waiting again (no attempt used)
 *     its process died                   ─► waiting again (no attempt used)
 */
export function createJobRuns<Payload extends { readonly tenant: string }, Result>(
  options: JobRunsOptions<Payload, Result>,
): JobRuns<Result> {
  const { spec, handle, outages, graceIsOver } = options;
  let running = 0;
  let started = 0;

  async function process(job: Job, token?: string, lockIsLost?: AbortSignal): Promise<Result> {
    const signal = AbortSignal.any([graceIsOver, options.outageSignal(), ...(lockIsLost ? [lockIsLost] : [])]);
    running += 1;
    started += 1;
    const result = await excuseOutages(outages, signal, async () => {
      const payload = payloadOf(spec.payload, job);
      const run = { job, tenant: payload.tenant, priority: job.priority, signal };
      return runInTrace(spec.queue, run, () => handle(payload, run));
    })
      .catch((error: unknown) => giveBackOrThrow(error, { job, token, signal }))
      .finally(() => {
        running -= 1;
      });
    if (result.outcome === 'completed') return result.result;
    await leave(job.moveToDelayed(Date.now() + result.retryAfterMs, token));
    // Only after this processor has returned: when a processor ends, BullMQ stops renewing the lock by job id. That must not
    // affect another slot of this worker that has taken the same job again.
    setImmediate(() => options.onPostponed(result));
    throw new DelayedError();
  }

  /** What was stopped did not fail: another worker can start it at once, with all its attempts. */
  async function giveBackOrThrow(error: unknown, { job, token, signal }: StoppedRun): Promise<never> {
    if (!signal.aborted && !(error instanceof OutageError)) throw toJobError(error);
    await leave(job.moveToWait(token));
    if (!graceIsOver.aborted) {
      const { tenant = '' } = job.data as Partial<Payload>;
      options.onGivenBack?.({ jobId: job.id, tenant, priority: job.priority, away: outages.away() });
    }
    throw new WaitingError();
  }

  /** If Redis refuses the command, the job stays active until its lock expires, and is then taken again as after a crash. */
  async function leave(move: Promise<unknown>): Promise<void> {
    await move.catch(options.onError);
  }

  return {
    process,
    get running() {
      return running;
    },
    get started() {
      return started;
    },
  };
}

interface StoppedRun {
  readonly job: Job;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}
