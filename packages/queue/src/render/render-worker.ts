import type { RenderImage, RenderProgress } from '@imagemill/records';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { createUnfinishedImages } from '../admission/unfinished-images.ts';
import { drainMetrics } from '../backlog/drain-rate.ts';
import { markWaitingSince } from '../backlog/waiting-since.ts';
import { createCrashContainment } from '../crashes/crash-containment.ts';
import { jobs, type RenderOutcome } from '../jobs.ts';
import { type JobRun, type JobRunner, type JobRunResult, runJobs } from '../run-jobs.ts';
import { createRechecks } from './rechecks.ts';
import { uploadCheckDelayMs } from './retry-policy.ts';

export interface RenderContext extends Pick<JobRun, 'signal'> {
  /** Failed attempts so far. */
  readonly attemptsMade: number;
  /** Whether the image becomes a dead letter if this attempt fails. */
  readonly isLastAttempt: boolean;
  reportProgress(progress: RenderProgress): Promise<void>;
}

/** Reasons to run a job again later although it did not fail. */
export const postponements = ['not-uploaded', 'imports-busy', 'webhook-not-queued'] as const;

export interface Postponed {
  readonly outcome: 'postponed';
  /**
   * `not-uploaded`: there is no original yet. `imports-busy`: other imports hold all import slots of the worker.
   * `webhook-not-queued`: the image is finished, but its event could not be queued.
   */
  readonly reason: (typeof postponements)[number];
  /** Defaults to the backoff for missing uploads. */
  readonly retryAfterMs?: number;
}

/** Renders one image. Errors are retried by the policy. A postponement uses no attempt. */
export type RenderHandler = (image: RenderImage, context: RenderContext) => Promise<RenderOutcome | Postponed>;

export interface RenderWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** The name of this worker, shown in dead letters. */
  readonly name?: string;
  readonly handle: RenderHandler;
  readonly lockDurationMs?: number;
  /** Called for errors outside of a handler: a lost connection, a lock that could not be renewed. */
  readonly onError: (error: Error) => void;
  /** Called for every job that this worker takes. The job may have to wait before it runs. */
  readonly onJobStarted?: (imageId: string) => void;
  /** @param isFinal the job became a dead letter. Closing waits for the returned promise */
  readonly onFailed?: (imageId: string | undefined, error: Error, isFinal: boolean) => Promise<void> | void;
}

/** How long a job that must run alone waits for another such job: the duration of a typical job. */
const RETRY_ALONE_MS = 1_000;

/** How long a running encode may take to stop after an abort. */
export const GIVE_BACK_MS = 10_000;

/**
 * The consumer's side of the render queue, in addition to `runJobs`:
 *
 *     ready · rejected · expired · deleted ─► completed     (never retried)
 *     postponed                  ─► delayed again; started at once if the upload was reported in the meantime
 *     its process crashed        ─► waiting again, then alone in its worker: see unfinished-starts.ts
 *     its process crashed twice  ─► failed
 */
export function createRenderWorker(options: RenderWorkerOptions): JobRunner {
  const { connection, prefix, handle } = options;
  const unfinishedImages = createUnfinishedImages(connection, prefix);
  const rechecks = createRechecks(connection, prefix);
  const containment = createCrashContainment(connection, prefix);

  async function run(image: RenderImage, { job, signal }: JobRun): Promise<JobRunResult<RenderOutcome>> {
    options.onJobStarted?.(image.imageId);
    await rechecks.begun(job);
    const run = await containment.run(image.imageId, signal, () => handle(image, contextOf(job, signal)));
    if (run.outcome === 'must-wait') return { outcome: 'postponed', retryAfterMs: RETRY_ALONE_MS };
    const { result } = run;
    if (result.outcome !== 'postponed') return { outcome: 'completed', result };
    const { retryAfterMs = nextUploadCheckMs(image, job) } = result;
    return { outcome: 'postponed', retryAfterMs, afterwards: () => rechecks.delayed(job) };
  }

  async function ended(job: Job<RenderImage>, how: 'completed' | 'failed', outcome?: RenderOutcome['outcome']) {
    const { tenant, imageId } = job.data;
    await Promise.all([rechecks.ended(job, how, outcome), unfinishedImages.remove(tenant, imageId)]);
  }

  return runJobs<RenderImage, RenderOutcome>({
    ...{ connection, prefix, run },
    concurrency: options.concurrency,
    spec: jobs.renderImage,
    lockDurationMs: options.lockDurationMs,
    giveBackMs: GIVE_BACK_MS,
    more: { metrics: drainMetrics, ...(options.name && { name: options.name }) },
    onError: options.onError,
    onCompleted: (job, { outcome }) => ended(job, 'completed', outcome),
    async onFailed(job, error) {
      const isFinal = job?.finishedOn !== undefined;
      const reported = Promise.resolve(options.onFailed?.(job?.id, error, isFinal));
      if (isFinal) await Promise.all([reported, ended(job, 'failed')]);
      else await Promise.all([reported, job && markWaitingSince(connection, job, Date.now() + job.delay)]);
    },
  });
}

const contextOf = (job: Job, signal: AbortSignal): RenderContext => ({
  signal,
  attemptsMade: job.attemptsMade,
  isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
  reportProgress: (progress) => job.updateProgress(progress),
});

/** Runs that did not use an attempt were checks for the upload. */
const nextUploadCheckMs = ({ multipart }: RenderImage, { attemptsStarted, attemptsMade }: Job) =>
  uploadCheckDelayMs(attemptsStarted - attemptsMade, { inParts: multipart !== undefined });
