import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { createUnfinishedImages } from '../admission/unfinished-images.ts';
import { drainMetrics } from '../backlog/drain-rate.ts';
import { markReady } from '../backlog/ready-since.ts';
import { createCrashContainment, NotNowError } from '../crashes/crash-containment.ts';
import { toJobError } from '../job-error.ts';
import { jobs, type RenderImage, type RenderOutcome, type RenderProgress } from '../jobs.ts';
import { payloadOf } from '../read-job.ts';
import { createRechecks } from './rechecks.ts';
import { uploadCheckDelayMs } from './retry-policy.ts';

export interface RenderContext {
  /**
   * Aborted when the work must stop: its worker closes, or its lock ran out (the process was paused, or Redis was away)
   * and another worker may have the job by now. Nothing may be committed after that.
   */
  readonly signal: AbortSignal;
  /** Tries so far that failed because of us. */
  readonly attemptsMade: number;
  /** Whether the image is a dead letter when this one fails too. */
  readonly isLastAttempt: boolean;
  reportProgress(progress: RenderProgress): Promise<void>;
}

/** Makes one image's renditions. What it throws is retried by the policy; `not-uploaded` costs no attempt. */
export type RenderHandler = (image: RenderImage, context: RenderContext) => Promise<RenderOutcome | NotUploaded>;

interface NotUploaded {
  readonly outcome: 'not-uploaded';
  /** When to look again; by a rule that is good for uploads if left out. */
  readonly comeAgainMs?: number;
}

export interface RenderWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** Which worker this is, for whoever looks at a dead letter. */
  readonly name?: string;
  readonly handle: RenderHandler;
  /** How long a job stays with a worker that does not renew its claim; stalled jobs are looked for twice as often. */
  readonly lockDurationMs?: number;
  /** Told of everything that fails outside a handler: a lost connection, a lock that was not renewed. */
  readonly onError: (error: Error) => void;
  /** Told of every job that came into this worker's hands; it may have to wait for its turn. */
  readonly onTaken?: (imageId: string) => void;
  /** @param isFinal the job has ended, as a dead letter; closing waits for what is done about that */
  readonly onFailed?: (imageId: string | undefined, error: Error, isFinal: boolean) => Promise<void> | void;
}

export interface RenderWorker {
  /**
   * Takes no further job, and waits up to `graceMs` for those in hand. What takes longer is stopped and given back
   * without an attempt, so that another worker starts it at once.
   */
  close(graceMs: number): Promise<void>;
}

const { renderImage } = jobs;

/**
 * A worker that vanished is missed after its lock and at most two looks for stalled jobs, which are as far apart as half
 * the lock: 30 s. Shorter locks would take jobs from workers that only pause; they are renewed at half their time.
 */
const LOCK_DURATION_MS = 15_000;

/** Unfinished starts convict, not BullMQ's count: jobs that only waited for their turn stall with the one to blame. */
const STALLS_MAX = 50;

/** When a job that must run alone comes again after it met another such job: as long as one takes. */
const COME_AGAIN_MS = 1_000;

/** How long an encode that has begun may take to see that it must stop; after that its job's lock runs out. */
export const GIVE_BACK_MS = 10_000;
/** Without a job in hand there is nothing to wait for but Redis' answer, and it may be away. */
const IDLE_CLOSE_MS = 2_000;

/**
 * The consumer's side of the render queue: turns what a handler returns or throws into what BullMQ must do.
 *
 *     ready · rejected · expired · deleted ─► completed     (never retried)
 *     not-uploaded               ─► delayed again (no attempt used), or at once if the upload was reported meanwhile
 *     error, retryable           ─► delayed by the retry policy; failed, a dead letter, after the last attempt
 *     error, not retryable       ─► failed
 *     stopped at shutdown        ─► waiting again (no attempt used)
 *     its process died           ─► waiting again (no attempt used), then alone in its worker: see unfinished-starts.ts
 *     its process died twice     ─► failed
 */
export function createRenderWorker(options: RenderWorkerOptions): RenderWorker {
  const { connection, prefix, handle } = options;
  const unfinishedImages = createUnfinishedImages(connection, prefix);
  const rechecks = createRechecks(connection, prefix);
  const containment = createCrashContainment(connection, prefix);
  const lockDurationMs = options.lockDurationMs ?? LOCK_DURATION_MS;
  const unfinished = new Set<Promise<void>>();
  const graceIsOver = new AbortController();
  let inHand = 0;

  const worker = new Worker<RenderImage, RenderOutcome>(
    renderImage.queue,
    async (job, token, signal) => {
      const image = readPayload(job);
      const result = await handleOnce(image, job, token, signal);
      if (result.outcome !== 'not-uploaded') return result;
      const checks = job.attemptsStarted - job.attemptsMade;
      const inParts = image.multipart !== undefined;
      const { comeAgainMs = uploadCheckDelayMs(checks, { inParts }) } = result;
      await job.moveToDelayed(Date.now() + comeAgainMs, token);
      // Not before this processor has returned: BullMQ stops renewing a job's lock, by its id, when its processor
      // ends, which must not hit another slot of this worker that has taken the same job again.
      setImmediate(() => track(rechecks.delayed(job)));
      throw new DelayedError();
    },
    {
      connection,
      prefix,
      concurrency: options.concurrency,
      ...(options.name && { name: options.name }),
      lockDuration: lockDurationMs,
      stalledInterval: lockDurationMs / 2,
      maxStalledCount: STALLS_MAX,
      metrics: drainMetrics,
      removeOnComplete: renderImage.options.removeOnComplete,
      removeOnFail: renderImage.options.removeOnFail,
    },
  );
  worker.on('error', options.onError);
  worker.on('completed', (job, { outcome }) => track(ended(job, 'completed', outcome)));
  // BullMQ does not stop a processor whose lock is gone by itself.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'The lock of this job ran out.');
  });
  worker.on('failed', (job, error) => {
    const isFinal = job?.finishedOn !== undefined;
    track(Promise.resolve(options.onFailed?.(job?.id, error, isFinal)));
    if (isFinal) track(ended(job, 'failed'));
    else if (job) track(markReady(connection, job, Date.now() + job.delay));
  });

  async function handleOnce(image: RenderImage, job: Job, token?: string, lostJob?: AbortSignal) {
    const signal = AbortSignal.any([graceIsOver.signal, ...(lostJob ? [lostJob] : [])]);
    inHand += 1;
    options.onTaken?.(image.imageId);
    try {
      await rechecks.begun(job);
      return await containment.run(image.imageId, signal, () =>
        handle(image, {
          signal,
          attemptsMade: job.attemptsMade,
          isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
          reportProgress: (progress) => job.updateProgress(progress),
        }),
      );
    } catch (error) {
      if (error instanceof NotNowError) {
        await job.moveToDelayed(Date.now() + COME_AGAIN_MS, token);
        throw new DelayedError();
      }
      if (!graceIsOver.signal.aborted) throw toJobError(error);
      // It was not the job's fault: another worker starts it at once, with all its attempts.
      await job.moveToWait(token);
      throw new WaitingError();
    } finally {
      inHand -= 1;
    }
  }

  async function ended(job: Job<RenderImage>, how: 'completed' | 'failed', outcome?: RenderOutcome['outcome']) {
    const { tenant, imageId } = job.data;
    await Promise.all([rechecks.ended(job, how, outcome), unfinishedImages.remove(tenant, imageId)]);
  }

  /** What closing waits for. */
  function track(promise: Promise<void>): void {
    const work = promise.catch(options.onError);
    unfinished.add(work);
    void work.finally(() => unfinished.delete(work));
  }

  return {
    async close(graceMs) {
      const closed = worker.close().then(() => Promise.all(unfinished));
      const overdue = setTimeout(() => graceIsOver.abort(new Error('The worker is shutting down.')), graceMs);
      const tooLate = delay(inHand > 0 ? graceMs + GIVE_BACK_MS : IDLE_CLOSE_MS, undefined, { ref: false });
      await Promise.race([closed, tooLate]);
      clearTimeout(overdue);
    },
  };
}

function readPayload(job: Job): RenderImage {
  try {
    return payloadOf(renderImage.payload, job);
  } catch (error) {
    throw toJobError(error);
  }
}
