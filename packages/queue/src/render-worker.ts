import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs, RenderImage, type RenderOutcome, type RenderProgress } from './jobs.ts';
import { promote } from './render-queue.ts';
import { uploadCheckDelayMs } from './retry-policy.ts';
import { createWakeUps } from './wake-up.ts';

export interface RenderContext {
  /** Aborted when the job must stop: its worker closes or lost the job. */
  readonly signal: AbortSignal;
  /** Tries so far that failed because of us. */
  readonly attemptsMade: number;
  reportProgress(progress: RenderProgress): Promise<void>;
}

/** Makes one image's renditions. What it throws is retried by the policy; `not-uploaded` costs no attempt. */
export type RenderHandler = (
  image: RenderImage,
  context: RenderContext,
) => Promise<RenderOutcome | { readonly outcome: 'not-uploaded' }>;

export interface RenderWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly handle: RenderHandler;
  /** Told of everything that fails outside a handler: a lost connection, a lock that was not renewed. */
  readonly onError: (error: Error) => void;
  readonly onFailed?: (imageId: string | undefined, error: Error) => void;
}

export interface RenderWorker {
  /**
   * Takes no further job and waits up to `graceMs` for those in hand. One that takes longer is left as it is: its lock
   * runs out and another worker starts it again.
   */
  close(graceMs: number): Promise<void>;
}

const { renderImage } = jobs;

/**
 * The consumer's side of the render queue: turns what a handler returns or throws into what BullMQ must do.
 *
 *     ready · rejected · expired ─► completed     (never retried)
 *     not-uploaded               ─► delayed again (no attempt used), or at once if the upload was reported meanwhile
 *     error, retryable           ─► delayed by the retry policy; failed, a dead letter, after the last attempt
 *     error, not retryable       ─► failed
 */
export function createRenderWorker(options: RenderWorkerOptions): RenderWorker {
  const { connection, prefix, handle } = options;
  const wakeUps = createWakeUps(connection, prefix);
  const rechecks = new Set<Promise<void>>();

  const worker = new Worker<RenderImage, RenderOutcome>(
    renderImage.queue,
    async (job, token, signal) => {
      const image = RenderImage.parse(job.data);
      const result = await handleOnce(image, job, signal ?? new AbortController().signal);
      if (result.outcome !== 'not-uploaded') return result;
      await job.moveToDelayed(Date.now() + uploadCheckDelayMs(job.attemptsStarted - job.attemptsMade), token);
      // Not before this processor has returned: BullMQ stops renewing a job's lock, by its id, when its processor
      // ends, which must not hit another slot of this worker that has taken the same job again.
      setImmediate(() => track(recheck(job, image.imageId)));
      throw new DelayedError();
    },
    {
      connection,
      prefix,
      concurrency: options.concurrency,
      removeOnComplete: renderImage.options.removeOnComplete,
      removeOnFail: renderImage.options.removeOnFail,
    },
  );
  worker.on('error', options.onError);
  worker.on('failed', (job, error) => options.onFailed?.(job?.id, error));

  async function handleOnce(image: RenderImage, job: Job, signal: AbortSignal) {
    try {
      return await handle(image, {
        signal,
        attemptsMade: job.attemptsMade,
        reportProgress: (progress) => job.updateProgress(progress),
      });
    } catch (error) {
      if (error instanceof AppError && !error.retryable)
        throw new UnrecoverableError(`${error.code}: ${error.message}`);
      throw error;
    }
  }

  /** A report that came while the job was active could not promote it: see wake-up.ts. */
  async function recheck(job: Job, imageId: ImageId): Promise<void> {
    try {
      if (await wakeUps.take(imageId)) await promote(job);
    } catch (error) {
      options.onError(error as Error);
    }
  }

  function track(work: Promise<void>): void {
    rechecks.add(work);
    void work.finally(() => rechecks.delete(work));
  }

  return {
    async close(graceMs) {
      const grace = new AbortController();
      const overdue = delay(graceMs, undefined, { signal: grace.signal }).catch(() => {});
      await Promise.race([worker.close().then(() => Promise.all(rechecks)), overdue]);
      grace.abort();
    },
  };
}
