import type { ImageId } from '@imagemill/variants';
import type { Job, Queue } from 'bullmq';
import { codeAndMessage } from './job-error.ts';
import { RenderImage } from './jobs.ts';
import type { Reach } from './reach.ts';
import { markReady } from './ready-since.ts';

/** A job that used up its attempts because of us. */
interface DeadLetter {
  readonly imageId: string;
  readonly tenant: string;
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly failedAt: string;
}

interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[];
  /** Where the next page begins; none after the last. */
  readonly nextCursor: number | undefined;
}

/** What is kept for an operator. Every call throws QueueUnavailableError when Redis does not answer. */
export interface DeadLetters {
  /** The newest first; with a code, only those that ended with it. A page may hold fewer than `limit`, even none. */
  list(page: { cursor: number; limit: number; code?: string | undefined }): Promise<DeadLetterPage>;
  /** Starts the job again with all its attempts; false when the image has no dead letter. */
  redrive(imageId: ImageId): Promise<boolean>;
  /** Forgets the job; false when the image has no dead letter. */
  discard(imageId: ImageId): Promise<boolean>;
}

export function createDeadLetters(reach: Reach): DeadLetters {
  return {
    async list({ cursor, limit, code }) {
      const failed: Job[] = await reach((queue) => queue.getJobs(['failed'], cursor, cursor + limit - 1, false));
      const letters = failed.map(deadLetter);
      return {
        deadLetters: code === undefined ? letters : letters.filter((letter) => letter.code === code),
        nextCursor: failed.length < limit ? undefined : cursor + limit,
      };
    },

    redrive: (imageId) =>
      reach(async (queue, redis) => {
        const job = await findFailed(queue, imageId);
        if (!job) return false;
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        await markReady(redis, job, Date.now());
        return true;
      }),

    discard: (imageId) =>
      reach(async (queue) => {
        const job = await findFailed(queue, imageId);
        await job?.remove();
        return job !== undefined;
      }),
  };
}

async function findFailed(queue: Queue, imageId: ImageId): Promise<Job | undefined> {
  const job: Job | undefined = await queue.getJob(imageId);
  return (await job?.isFailed()) ? job : undefined;
}

function deadLetter(job: Job): DeadLetter {
  const failed = {
    imageId: String(job.id),
    ...codeAndMessage(job.failedReason),
    attempts: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
  };
  const image = RenderImage.safeParse(job.data).data;
  if (image) return { ...failed, tenant: image.tenant, category: image.category, createdAt: image.createdAt };
  // Of another version, or put there by hand: an operator must see it to be able to discard it.
  const createdAt = new Date(job.timestamp).toISOString();
  return { ...failed, tenant: '', category: '', createdAt, code: 'unreadable-job' };
}
