import type { ImageId } from '@imagemill/variants';
import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QueueUnavailableError } from './errors.ts';
import { type ImageStatus, imageStatus } from './image-status.ts';
import { jobs, RenderImage, type RenderOutcome, RenderProgress } from './jobs.ts';
import { createWakeUps } from './wake-up.ts';

/** An image's job as it stands. */
export interface JobSnapshot {
  readonly image: RenderImage;
  readonly status: ImageStatus;
  readonly progress: RenderProgress | undefined;
  readonly rejection: { readonly code: string; readonly message: string } | undefined;
  readonly attempts: number;
}

/** The producer's side of the render queue. Every call throws QueueUnavailableError when Redis does not answer. */
export interface RenderQueue {
  /** Adds an image's job, to start after `delayMs` at the latest. An image that has a job already keeps that one. */
  add(image: RenderImage, delayMs: number): Promise<void>;
  /**
   * Tells that the upload is complete: the image's job starts as soon as a worker is free. Telling it again is harmless.
   *
   * @returns whether the image has a job
   */
  reportUpload(imageId: ImageId): Promise<boolean>;
  find(imageId: ImageId): Promise<JobSnapshot | undefined>;
  ping(): Promise<void>;
}

const { renderImage } = jobs;

export function createRenderQueue({ connection, prefix }: { connection: Redis; prefix: string }): RenderQueue {
  const reach = createReach(connection, prefix);
  const wakeUps = createWakeUps(connection, prefix);

  return {
    add: (image, delayMs) =>
      reach(async (queue) => {
        await queue.add(renderImage.name, RenderImage.parse(image), { jobId: image.imageId, delay: delayMs });
      }),

    reportUpload: (imageId) =>
      reach(async (queue) => {
        await wakeUps.note(imageId);
        const job: Job | undefined = await queue.getJob(imageId);
        if (job) await promote(job);
        return job !== undefined;
      }),

    find: (imageId) =>
      reach(async (queue) => {
        const job: Job | undefined = await queue.getJob(imageId);
        if (!job) return undefined;
        const [jobState, uploadReported] = await Promise.all([job.getState(), wakeUps.peek(imageId)]);
        return snapshot(job, jobState, uploadReported);
      }),

    ping: () =>
      reach(async () => {
        await connection.ping();
      }),
  };
}

/**
 * Runs a call on BullMQ's queue, or fails at once while Redis is away: BullMQ itself would wait for the connection, and
 * a queue whose first commands fail never works again, so such a one is replaced by the next call.
 */
function createReach(connection: Redis, prefix: string) {
  let current: Queue | undefined;
  // Without a listener an outage would end the process; each call reports it to its own caller.
  connection.on('error', () => {});

  function open(): Queue {
    const queue = new Queue(renderImage.queue, { connection, prefix, defaultJobOptions: renderImage.options });
    queue.on('error', () => {});
    return queue;
  }

  return async <T>(call: (queue: Queue) => Promise<T>): Promise<T> => {
    try {
      if (connection.status !== 'ready') throw new Error(`The connection to Redis is "${connection.status}".`);
      current ??= open();
      await current.waitUntilReady().catch((error: unknown) => {
        current = undefined;
        throw error;
      });
      return await call(current);
    } catch (error) {
      throw new QueueUnavailableError(error);
    }
  };
}

function snapshot(job: Job, jobState: string, uploadReported: boolean): JobSnapshot {
  const progress = RenderProgress.safeParse(job.progress).data;
  const result = jobState === 'completed' ? (job.returnvalue as RenderOutcome) : undefined;
  return {
    image: RenderImage.parse(job.data),
    status: imageStatus({
      jobState,
      hasProgress: progress !== undefined,
      uploadReported,
      outcome: result?.outcome,
    }),
    progress,
    rejection: result?.outcome === 'rejected' ? result.error : undefined,
    attempts: job.attemptsMade,
  };
}

/** Starts a delayed job now; a job that is not delayed needs no start. */
export async function promote(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) throw error;
  }
}
