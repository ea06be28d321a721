import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';
import { createOutages, type Outages } from '../outages/outages.ts';
import type { GivenBack, JobRun, JobRunResult } from '../run-job.ts';
import { type JobRunner, runJobs } from '../run-jobs.ts';
import type { Purge } from './purge.ts';
import { purgeSchedule } from './purge-schedule.ts';

/**
 * Sends a purge to the CDN. `busy`: the CDN takes no more purges at the moment, which uses no attempt. Throws AppErrors; one that is
 * not retryable makes a dead letter at once.
 */
export type SendPurge = (purge: Purge, signal: AbortSignal) => Promise<'accepted' | 'busy'>;

export interface PurgeWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly send: SendPurge;
  /** Of Redis, because a failing CDN is an attempt; none is watched by default. */
  readonly outages?: Outages;
  readonly onGivenBack?: (job: GivenBack) => void;
  /** Called for errors outside of an attempt. */
  readonly onError: (error: Error) => void;
  readonly onFailed?: (purgeId: string | undefined, error: Error, isFinal: boolean) => void;
}

const GIVE_BACK_MS = 2_000;

/**
 * The consumer's side of purges, in addition to `runJobs`:
 *
 *     accepted ─► completed
 *     busy     ─► postponed with growing delays
 *     error    ─► delayed by the purge schedule; failed after its last attempt
 */
export function createPurgeWorker(options: PurgeWorkerOptions): JobRunner {
  const { connection, prefix, concurrency, onError } = options;

  async function handle(purge: Purge, { job, signal }: JobRun): Promise<JobRunResult<void>> {
    if ((await options.send(purge, signal)) === 'accepted') return { outcome: 'completed', result: undefined };
    // Starts that did not use an attempt were postponements.
    const before = Math.max(0, job.attemptsStarted - job.attemptsMade - 1);
    return { outcome: 'postponed', retryAfterMs: purgeSchedule.busyMs(before) };
  }

  return runJobs<Purge, void>({
    connection,
    prefix,
    concurrency,
    handle,
    onError,
    spec: jobs.purgeImage,
    giveBackMs: GIVE_BACK_MS,
    outages: options.outages ?? createOutages([]),
    onGivenBack: options.onGivenBack,
    async onFailed(job, error) {
      options.onFailed?.(job?.id, error, job?.finishedOn !== undefined);
    },
    more: { settings: { backoffStrategy: purgeSchedule.delayMs } },
  });
}
