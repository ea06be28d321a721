import { type RenderImage, RenderProgress } from '@imagemill/records';
import type { ImageId } from '@imagemill/variants';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Backlog, readBacklog } from '../backlog/backlog.ts';
import { drainRate } from '../backlog/drain-rate.ts';
import { createQueueAccess } from '../connection/queue-access.ts';
import { createDeadLetters, type DeadLetters } from '../crashes/dead-letters.ts';
import { createUnfinishedStarts } from '../crashes/unfinished-starts.ts';
import { jobs, type RenderOutcome } from '../jobs.ts';
import { createUploadLooks } from '../looks/upload-looks.ts';
import { payloadOf, readablePayload, readJob } from '../read-job.ts';
import type { TenantWeights } from '../turns/tenant-weights.ts';
import { createTurns } from '../turns/turns.ts';
import { addJob, addParkedJobs } from './add-jobs.ts';
import { publishChange } from './image-changes.ts';
import { type ImageStatus, imageStatus } from './image-status.ts';
import { possibleImages } from './possible-images.ts';
import { createJobStarts } from './start-job.ts';
import { createWakeUps, type WakeUps } from './wake-up.ts';

/** The current state of an image's job. */
export interface JobSnapshot {
  readonly image: RenderImage;
  readonly status: ImageStatus;
  readonly progress: RenderProgress | undefined;
  readonly rejection: { readonly code: string; readonly message: string } | undefined;
  readonly attempts: number;
}

/**
 * The producer's side of the render queue. Every method throws QueueUnavailableError. Methods that read a job throw
 * UnreadableError if it is broken.
 */
export interface RenderQueue {
  /**
   * Adds an image's job. Without a delay it starts as soon as a worker is free. With a delay it awaits its upload, and workers
   * look for the upload from then on: see upload-looks.ts. An existing job is kept.
   */
  add(image: RenderImage, firstLookMs: number): Promise<void>;
  /** Adds the jobs of images that await their uploads, in one transaction. */
  awaitUploads(images: readonly RenderImage[], firstLookMs: number): Promise<void>;
  /**
   * Reports that the upload is complete: the image's job starts as soon as a worker is free. Idempotent.
   *
   * @returns whether the image has a job
   */
  reportUpload(imageId: ImageId): Promise<boolean>;
  /** Starts the job of an image whose upload can no longer arrive, to end it. */
  endUpload(imageId: ImageId): Promise<void>;
  /** Starts the job of a deleted image, like `reprocess`. From then on, the image's status is `deleted`. */
  requestDeletion(image: RenderImage): Promise<void>;
  /**
   * Starts the job of an image whose original exists, regardless of the job's state, with this payload. Adds the job if it is gone.
   */
  reprocess(image: RenderImage): Promise<void>;
  find(imageId: ImageId): Promise<JobSnapshot | undefined>;
  /** Whether the image has a job. Much cheaper than `find`. */
  has(imageId: ImageId): Promise<boolean>;
  /** Without the images that cannot have this status. Much cheaper than `find` for each of them. */
  possible(ids: readonly ImageId[], status: ImageStatus): Promise<readonly ImageId[]>;
  ping(): Promise<void>;
  backlog(): Promise<Backlog>;
  /** Jobs per second that the fleet finished in the last minute. */
  drainRate(): Promise<number>;
  readonly deadLetters: DeadLetters;
}

const { renderImage } = jobs;

export interface RenderQueueOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly weights?: TenantWeights | undefined;
}

export function createRenderQueue({ connection, prefix, weights }: RenderQueueOptions): RenderQueue {
  const onQueue = createQueueAccess(connection, prefix, renderImage);
  const uploads = createWakeUps(connection, prefix, 'uploaded');
  const deletions = createWakeUps(connection, prefix, 'deleted');
  const starts = createUnfinishedStarts(connection, prefix);
  const looks = createUploadLooks(connection, prefix);
  const jobStarts = createJobStarts(createTurns({ redis: connection, prefix, weights }));

  const awaitUploads: RenderQueue['awaitUploads'] = (images, firstLookMs) =>
    onQueue((queue) => addParkedJobs(queue, looks, { images, firstLookMs }));

  async function startOrAdd(queue: Queue, image: RenderImage): Promise<void> {
    await starts.forget(image.imageId);
    const job = await readJob(queue, image.imageId);
    await (job ? jobStarts.restartOrPromote(job) : addJob(queue, jobStarts, image));
  }

  return {
    add: (image, firstLookMs) =>
      firstLookMs === 0 ? onQueue((queue) => addJob(queue, jobStarts, image)) : awaitUploads([image], firstLookMs),

    awaitUploads,

    reportUpload: (imageId) =>
      onQueue(async (queue) => {
        await uploads.note(imageId);
        const job = await readJob(queue, imageId);
        if (!job) return false;
        await jobStarts.startUploaded(job);
        // A job of another version keeps its look, which is harmless.
        const image = readablePayload(renderImage.payload, job);
        if (image) await looks.remove(image);
        return true;
      }),

    endUpload: (imageId) =>
      onQueue(async (queue) => {
        const job = await readJob(queue, imageId);
        if (job) await jobStarts.endWait(job);
      }),

    requestDeletion: (image) =>
      onQueue(async (queue) => {
        await deletions.note(image.imageId);
        await startOrAdd(queue, image);
        // This does not change an active job, and BullMQ writes no event for it.
        await publishChange(connection, prefix, image.imageId);
      }),

    reprocess: (image) =>
      onQueue(async (queue) => {
        await uploads.note(image.imageId);
        const job = await readJob(queue, image.imageId);
        // A job of a later version keeps its payload.
        if (job && readablePayload(renderImage.payload, job)) await job.updateData(renderImage.payload.write(image));
        await startOrAdd(queue, image);
      }),

    find: (imageId) => onQueue((queue) => findJob(queue, { uploads, deletions }, imageId)),
    has: (imageId) => onQueue(async (queue, redis) => (await redis.exists(queue.toKey(imageId))) === 1),
    possible: (ids, status) => onQueue(() => possibleImages(connection, prefix, { ids, status })),

    ping: () =>
      onQueue(async () => {
        await connection.ping();
      }),

    backlog: () => readBacklog(onQueue, prefix),
    drainRate: () => onQueue((queue) => drainRate(queue, Date.now())),
    deadLetters: createDeadLetters(onQueue, starts, jobStarts),
  };
}

async function findJob(
  queue: Queue,
  { uploads, deletions }: Record<'uploads' | 'deletions', WakeUps>,
  imageId: ImageId,
): Promise<JobSnapshot | undefined> {
  // The state first: a job that finishes in between is then read with a result at least as new as its state.
  const [jobState, reportedAt, deletedAt] = await Promise.all([
    queue.getJobState(imageId),
    uploads.notedAt(imageId),
    deletions.notedAt(imageId),
  ]);
  const job = await readJob(queue, imageId);
  const notes = { uploadReported: reportedAt !== undefined, deletionRequested: deletedAt !== undefined };
  return job && snapshot(job, jobState, notes);
}

function snapshot(
  job: Job,
  jobState: string,
  notes: { uploadReported: boolean; deletionRequested: boolean },
): JobSnapshot {
  const image = payloadOf(renderImage.payload, job);
  const progress = RenderProgress.safeParse(job.progress).data;
  const result = jobState === 'completed' ? (job.returnvalue as RenderOutcome) : undefined;
  return {
    image,
    status: imageStatus({
      jobState,
      hasProgress: progress !== undefined,
      ...notes,
      // An import has no upload that a seller could report.
      uploadReported: notes.uploadReported || image.importUrl !== undefined,
      outcome: result?.outcome,
    }),
    progress,
    rejection: result?.outcome === 'rejected' ? result.error : undefined,
    attempts: job.attemptsMade,
  };
}
