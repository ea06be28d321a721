import type { RenderImage } from '@imagemill/records';
import type { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { QueueAccess } from '../connection/queue-access.ts';
import { createFailedJobs, type FailedJob, type FailedJobs } from '../failed-jobs.ts';
import { jobs } from '../jobs.ts';
import type { JobStarts } from '../render/start-job.ts';
import type { UnfinishedStarts } from './unfinished-starts.ts';

/** A job that used all its attempts because of a fault on our side. */
const DeadLetter = z.object({
  imageId: z.string(),
  tenant: z.string(),
  category: z.string(),
  code: z.string(),
  message: z.string(),
  attempts: z.int(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional().meta({ description: 'when its last attempt started' }),
  worker: z.string().optional().meta({ description: 'the worker that ran its last attempt' }),
  failedAt: z.iso.datetime(),
});
type DeadLetter = Readonly<z.infer<typeof DeadLetter>>;

export const DeadLetterPage = z.object({
  deadLetters: z.array(DeadLetter).readonly(),
  nextCursor: z.int().optional().meta({ description: 'cursor of the next page; absent on the last page' }),
});
type DeadLetterPage = Readonly<z.infer<typeof DeadLetterPage>>;

/** The failed renders, kept for an operator. Every method throws QueueUnavailableError. */
export interface DeadLetters extends Pick<FailedJobs<RenderImage>, 'redriveAll'> {
  /** Newest first, optionally filtered by code. A page may contain fewer than `limit` dead letters, or none. */
  list(page: { cursor: number; limit: number; code?: string | undefined }): Promise<DeadLetterPage>;
  /** Restarts the job with all its attempts; false if the image has no dead letter. */
  redrive(imageId: ImageId): Promise<boolean>;
  /** The job of an image's dead letter; undefined if there is none, or if it is unreadable. */
  find(imageId: ImageId): Promise<{ image: RenderImage; attempts: number; failedAt: string } | undefined>;
  /** Deletes the job; false if the image has no dead letter. */
  discard(imageId: ImageId): Promise<boolean>;
}

export function createDeadLetters(onQueue: QueueAccess, starts: UnfinishedStarts, jobStarts: JobStarts): DeadLetters {
  const failedJobs = createFailedJobs(onQueue, jobs.renderImage.payload, async (job) => {
    await starts.forget(job.id as ImageId);
    await jobStarts.restart(job, 'failed');
  });

  return {
    ...failedJobs,
    async list({ code, ...range }) {
      const { failed, nextCursor } = await failedJobs.list(range);
      const listed = code === undefined ? failed : failed.filter((job) => job.code === code);
      return { deadLetters: listed.map(deadLetter), nextCursor };
    },
    async find(imageId) {
      const { payload: image, attempts, failedAt } = (await failedJobs.find(imageId)) ?? {};
      return image && { image, attempts: attempts ?? 0, failedAt: failedAt ?? '' };
    },
  };
}

function deadLetter({ id, payload, ...failed }: FailedJob<RenderImage>): DeadLetter {
  const { tenant = '', category = '', createdAt = failed.createdAt } = payload ?? {};
  return { imageId: id, ...failed, tenant, category, createdAt };
}
