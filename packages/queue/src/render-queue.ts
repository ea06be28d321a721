import type { ImageId } from '@imagemill/variants';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Backlog, readBacklog } from './backlog.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { type ImageStatus, imageStatus } from './image-status.ts';
import { jobs, type RenderImage, type RenderOutcome, RenderProgress } from './jobs.ts';
import { createReach } from './reach.ts';
import { startJob } from './start-job.ts';
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
  backlog(): Promise<Backlog>;
  readonly deadLetters: DeadLetters;
}

const { renderImage } = jobs;

export function createRenderQueue({ connection, prefix }: { connection: Redis; prefix: string }): RenderQueue {
  const reach = createReach(connection, prefix);
  const wakeUps = createWakeUps(connection, prefix);

  return {
    add: (image, delayMs) =>
      reach(async (queue) => {
        await queue.add(renderImage.name, renderImage.payload.parse(image), { jobId: image.imageId, delay: delayMs });
      }),

    reportUpload: (imageId) =>
      reach(async (queue, redis) => {
        await wakeUps.note(imageId);
        const job: Job | undefined = await queue.getJob(imageId);
        if (job) await startJob(job, redis);
        return job !== undefined;
      }),

    async find(imageId) {
      const found = await reach(async (queue) => {
        // The state first: a job that ends in between is then read with the result that its state goes with, or newer.
        const [jobState, reportedAt] = await Promise.all([queue.getJobState(imageId), wakeUps.reportedAt(imageId)]);
        const job: Job | undefined = await queue.getJob(imageId);
        return job && { job, jobState, reportedAt };
      });
      return found && snapshot(found.job, found.jobState, found.reportedAt !== undefined);
    },

    ping: () =>
      reach(async () => {
        await connection.ping();
      }),

    backlog: () => readBacklog(reach, wakeUps, prefix),
    deadLetters: createDeadLetters(reach),
  };
}

function snapshot(job: Job, jobState: string, uploadReported: boolean): JobSnapshot {
  const progress = RenderProgress.safeParse(job.progress).data;
  const result = jobState === 'completed' ? (job.returnvalue as RenderOutcome) : undefined;
  return {
    image: renderImage.payload.parse(job.data),
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
