import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { createUnfinishedImages } from '../admission/unfinished-images.ts';
import { drainMetrics } from '../backlog/drain-rate.ts';
import { markWaitingSince } from '../backlog/waiting-since.ts';
import { createCrashContainment } from '../crashes/crash-containment.ts';
import { jobs, type RenderImage, type RenderOutcome, type RenderProgress } from '../jobs.ts';
import { type JobRun, type JobRunner, type JobRunResult, runJobs } from '../run-jobs.ts';
import { createRechecks } from './rechecks.ts';
import { uploadCheckDelayMs } from './retry-policy.ts';

export interface RenderContext extends Pick<JobRun, 'signal'> {
  /** Tries so far that failed because of us. */
  readonly attemptsMade: number;
  /** Whether the image is a dead letter when this one fails too. */
  readonly isLastAttempt: boolean;
  reportProgress(progress: RenderProgress): Promise<void>;
}

/** Why a job has to run again later, although nothing failed. */
export const postponements = ['not-uploaded', 'imports-busy', 'webhook-not-queued'] as const;

export interface Postponed {
  readonly outcome: 'postponed';
  /**
   * `not-uploaded`: there is no original yet. `imports-busy`: other imports have all places of the worker.
   * `webhook-not-queued`: the image is finished, and the event of that could not be queued.
   */
  readonly reason: (typeof postponements)[number];
  /** By a rule that is good for uploads if left out. */
  readonly retryAfterMs?: number;
}

/** Makes one image's renditions. What it throws is retried by the policy; to be postponed costs no attempt. */
export type RenderHandler = (image: RenderImage, context: RenderContext) => Promise<RenderOutcome | Postponed>;

export interface RenderWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** The name of this worker, which dead letters show. */
  readonly name?: string;
  readonly handle: RenderHandler;
  readonly lockDurationMs?: number;
  /** Called for everything that fails outside a handler: a lost connection, a lock that was not renewed. */
  readonly onError: (error: Error) => void;
  /** Called for every job that this worker takes; the job may have to wait for its turn. */
  readonly onJobStarted?: (imageId: string) => void;
  /** @param isFinal the job has ended, as a dead letter; closing waits for what is done about that */
  readonly onFailed?: (imageId: string | undefined, error: Error, isFinal: boolean) => Promise<void> | void;
}

/** When a job that must run alone is tried again after it met another such job: as long as one takes. */
const RETRY_ALONE_MS = 1_000;

/** How long an encode that has begun may take to see that it must stop. */
export const GIVE_BACK_MS = 10_000;

/**
 * The consumer's side of the render queue, beside what `runJobs` does with every job:
 *
 *     ready · rejected · expired · deleted ─► completed     (never retried)
 *     postponed                  ─► delayed again, or at once if the upload was reported meanwhile
 *     its process died           ─► waiting again, then alone in its worker: see unfinished-starts.ts
 *     its process died twice     ─► failed
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
      const told = Promise.resolve(options.onFailed?.(job?.id, error, isFinal));
      if (isFinal) await Promise.all([told, ended(job, 'failed')]);
      else await Promise.all([told, job && markWaitingSince(connection, job, Date.now() + job.delay)]);
    },
  });
}

const contextOf = (job: Job, signal: AbortSignal): RenderContext => ({
  signal,
  attemptsMade: job.attemptsMade,
  isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
  reportProgress: (progress) => job.updateProgress(progress),
});

/** Runs that were no attempts are looks for the upload. */
const nextUploadCheckMs = ({ multipart }: RenderImage, { attemptsStarted, attemptsMade }: Job) =>
  uploadCheckDelayMs(attemptsStarted - attemptsMade, { inParts: multipart !== undefined });
