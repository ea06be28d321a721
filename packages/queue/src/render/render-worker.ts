import type { RenderImage, RenderProgress } from '@imagemill/records';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { createRejections, type Rejections } from '../admission/rejections.ts';
import { createUnfinishedImages, type UnfinishedImages } from '../admission/unfinished-images.ts';
import { drainMetrics } from '../backlog/drain-rate.ts';
import { type CrashContainment, createCrashContainment } from '../crashes/crash-containment.ts';
import { codeAndMessage } from '../job-error.ts';
import { jobs, type RenderOutcome } from '../jobs.ts';
import { createUploadLooks, lookDelayMs, type UploadLooks } from '../looks/upload-looks.ts';
import { createOutages, type Outages } from '../outages/outages.ts';
import { readablePayload } from '../read-job.ts';
import type { GivenBack, JobRun, JobRunResult } from '../run-job.ts';
import { type JobMiddleware, type JobRunner, runJobs } from '../run-jobs.ts';
import { inTurn, isOffence } from '../turns/in-turn.ts';
import type { TenantWeights } from '../turns/tenant-weights.ts';
import { createTurns } from '../turns/turns.ts';
import { parkedMs } from './parked.ts';
import { createRechecks, type Rechecks } from './rechecks.ts';
import { createJobStarts } from './start-job.ts';

export interface RenderContext extends Pick<JobRun, 'signal'> {
  /** Failed attempts so far. */
  readonly attemptsMade: number;
  /** Whether the image becomes a dead letter if this attempt fails. */
  readonly isLastAttempt: boolean;
  reportProgress(progress: RenderProgress): Promise<void>;
}

/** Reasons to run a job again later although it did not fail. */
export const postponements = [
  'not-uploaded',
  'imports-busy',
  'heavy-images-busy',
  'large-originals-busy',
  'moderation-busy',
  'webhook-not-queued',
] as const;

export type Postponed =
  /** There is no original yet. The job is parked until its upload is found or reported. */
  | { readonly outcome: 'postponed'; readonly reason: 'not-uploaded' }
  /**
   * `imports-busy`, `heavy-images-busy`, `large-originals-busy`, `moderation-busy`: other imports, heavy images, large originals, or images that
   * wait for a verdict, hold all slots that the worker has for them.
   * `webhook-not-queued`: the image is finished, but its event could not be queued.
   */
  | {
      readonly outcome: 'postponed';
      readonly reason: Exclude<(typeof postponements)[number], 'not-uploaded'>;
      readonly retryAfterMs: number;
    };

/** Renders one image. Errors are retried by the policy. A postponement uses no attempt. */
export type RenderHandler = (image: RenderImage, context: RenderContext) => Promise<RenderOutcome | Postponed>;

export interface RenderWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** The name of this worker, shown in dead letters. */
  readonly name?: string;
  readonly handle: RenderHandler;
  readonly weights?: TenantWeights | undefined;
  /** Of Redis and both buckets; none is watched by default. */
  readonly outages?: Outages;
  readonly onGivenBack?: (job: GivenBack) => void;
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
 *     ready · rejected · held · expired · deleted ─► completed     (never retried)
 *     not uploaded               ─► parked until its upload is found; started at once if it was reported in the meantime
 *     postponed                  ─► delayed again
 *     its process crashed        ─► waiting again, then alone in its worker: see unfinished-starts.ts
 *     its process crashed twice  ─► failed
 */
export function createRenderWorker(options: RenderWorkerOptions): JobRunner {
  const { connection, prefix, handle } = options;
  const turns = createTurns({ redis: connection, prefix, weights: options.weights });
  const rechecks = createRechecks(connection, prefix, createJobStarts(turns));
  const looks = createUploadLooks(connection, prefix);
  const ended = noteEnds({
    rechecks,
    looks,
    unfinishedImages: createUnfinishedImages(connection, prefix),
    rejections: createRejections(connection, prefix),
  });

  const middleware: readonly RenderMiddleware[] = [
    contained(createCrashContainment(connection, prefix), (run) => postpone(run, RETRY_ALONE_MS)),
    noted(rechecks, options.onJobStarted),
    (next) => (image, run) => inTurn(turns, run.job, { run: () => next(image, run), onError: options.onError }),
  ];

  async function renderOnce(image: RenderImage, run: JobRun): Promise<JobRunResult<RenderOutcome>> {
    const { job, signal } = run;
    const result = await handle(image, contextOf(job, signal));
    if (result.outcome !== 'postponed') return { outcome: 'completed', result };
    const awaitsUpload = result.reason === 'not-uploaded';
    const retryAfterMs = await (awaitsUpload ? park(image) : postpone(run, result.retryAfterMs));
    return { outcome: 'postponed', retryAfterMs, afterwards: () => rechecks.delayed(job, { awaitsUpload }) };
  }

  /** The turn first: BullMQ moves the job to waiting by itself. */
  async function postpone({ job, priority }: JobRun, retryAfterMs: number): Promise<number> {
    await turns.keep(job, priority, Date.now() + retryAfterMs);
    return retryAfterMs;
  }

  /** The look first: there is no parked job without a look, whenever this process dies. */
  async function park(image: RenderImage): Promise<number> {
    await looks.add([image], lookDelayMs(image, Date.now()));
    return parkedMs(image);
  }

  return runJobs<RenderImage, RenderOutcome>({
    connection,
    prefix,
    middleware,
    handle: renderOnce,
    concurrency: options.concurrency,
    spec: jobs.renderImage,
    lockDurationMs: options.lockDurationMs,
    giveBackMs: GIVE_BACK_MS,
    outages: options.outages ?? createOutages([]),
    onGivenBack: options.onGivenBack,
    more: { metrics: drainMetrics, ...(options.name && { name: options.name }) },
    onError: options.onError,
    async onCompleted(job, result) {
      const isCounted = result.outcome === 'rejected' && isOffence(result.error.code);
      await Promise.all([ended(job, 'completed', result), isCounted && turns.countOffence(job.data.tenant)]);
    },
    async onFailed(job, error) {
      const isFinal = job?.finishedOn !== undefined;
      const reported = Promise.resolve(options.onFailed?.(job?.id, error, isFinal));
      if (isFinal) await Promise.all([reported, ended(job, 'failed')]);
      // Its worker may die first; then the retry goes out of turn, and is charged at its end.
      else await Promise.all([reported, job && turns.take(job, 'delayed', Date.now() + job.delay)]);
      if (job && isOffence(codeAndMessage(error.message).code)) await turns.countOffence(job.data.tenant);
    },
  });
}

interface Noted {
  readonly rechecks: Rechecks;
  readonly looks: UploadLooks;
  readonly unfinishedImages: UnfinishedImages;
  readonly rejections: Rejections;
}

/** Removes what is only kept of an image until its job has ended, and counts its rejection. */
const noteEnds =
  ({ rechecks, looks, unfinishedImages, rejections }: Noted) =>
  async (job: Job, how: 'completed' | 'failed', result?: RenderOutcome): Promise<void> => {
    const image = readablePayload(jobs.renderImage.payload, job);
    await Promise.all([
      rechecks.ended(job, how, result?.outcome),
      image && unfinishedImages.remove(image.tenant, image.imageId),
      image && result && rejections.note(image, result),
      image && looks.remove(image),
    ]);
  };

type RenderMiddleware = JobMiddleware<RenderImage, RenderOutcome>;

/** @param mustWait postpones a job that cannot run alone now, and returns for how long */
const contained =
  (containment: CrashContainment, mustWait: (run: JobRun) => Promise<number>): RenderMiddleware =>
  (next) =>
  async (image, run) => {
    const result = await containment.run(image.imageId, run.signal, () => next(image, run));
    return result.outcome === 'ran' ? result.result : { outcome: 'postponed', retryAfterMs: await mustWait(run) };
  };

const noted =
  (rechecks: Rechecks, onJobStarted: RenderWorkerOptions['onJobStarted']): RenderMiddleware =>
  (next) =>
  async (image, run) => {
    onJobStarted?.(image.imageId);
    await rechecks.begun(run.job);
    return next(image, run);
  };

const contextOf = (job: Job, signal: AbortSignal): RenderContext => ({
  signal,
  attemptsMade: job.attemptsMade,
  isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
  reportProgress: (progress) => job.updateProgress(progress),
});
