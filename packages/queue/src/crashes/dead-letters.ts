import { UnreadableError } from '@imagemill/errors';
import type { RenderImage } from '@imagemill/records';
import type { ImageId } from '@imagemill/variants';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { QueueAccess } from '../connection/queue-access.ts';
import { codeAndMessage } from '../job-error.ts';
import { jobs } from '../jobs.ts';
import { readablePayload, readJob } from '../read-job.ts';
import type { JobStarts } from '../render/start-job.ts';
import type { UnfinishedStarts } from './unfinished-starts.ts';

const { payload } = jobs.renderImage;

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

/** The failed jobs, kept for an operator. Every method throws QueueUnavailableError. */
export interface DeadLetters {
  /** Newest first, optionally filtered by code. A page may contain fewer than `limit` dead letters, or none. */
  list(page: { cursor: number; limit: number; code?: string | undefined }): Promise<DeadLetterPage>;
  /** Restarts the job with all its attempts; false if the image has no dead letter. */
  redrive(imageId: ImageId): Promise<boolean>;
  /**
   * Restarts up to `limit` jobs that failed with this code, oldest first.
   *
   * @returns how many were restarted, and whether there may be more
   */
  redriveAll(code: string, limit: number): Promise<{ redriven: number; more: boolean }>;
  /** The job of an image's dead letter; undefined if there is none, or if it is unreadable. */
  find(imageId: ImageId): Promise<{ image: RenderImage; attempts: number; failedAt: string } | undefined>;
  /** Deletes the job; false if the image has no dead letter. */
  discard(imageId: ImageId): Promise<boolean>;
}

/** Jobs read at once while searching by code. */
const PAGE = 100;

export function createDeadLetters(onQueue: QueueAccess, starts: UnfinishedStarts, jobStarts: JobStarts): DeadLetters {
  async function again(job: Job): Promise<void> {
    await starts.forget(job.id as ImageId);
    await jobStarts.restart(job, 'failed');
  }

  return {
    list: ({ cursor, limit, code }) =>
      onQueue(async (queue, redis) => {
        const ids = await queue.getRanges(['failed'], cursor, cursor + limit - 1, false);
        const letters = (await readFailed(queue, redis, ids)).map(({ letter }) => letter);
        return {
          deadLetters: code === undefined ? letters : letters.filter((letter) => letter.code === code),
          nextCursor: ids.length < limit ? undefined : cursor + limit,
        };
      }),

    redrive: (imageId) =>
      onQueue(async (queue) => {
        const job = await findFailed(queue, imageId);
        if (job) await again(job);
        return job !== undefined;
      }),

    redriveAll: (code, limit) =>
      onQueue(async (queue, redis) => {
        let redriven = 0;
        let left = 0;
        // Oldest first: jobs that fail in the meantime come last, and restarted jobs leave the list.
        for (let unseen = await queue.getFailedCount(); unseen > 0; unseen -= PAGE) {
          const ids = await queue.getRanges(['failed'], left, left + PAGE - 1, true);
          const page = await readFailed(queue, redis, ids);
          const meant = page.flatMap(({ job, letter }) => (job && letter.code === code ? [job] : []));
          const started = meant.slice(0, limit - redriven);
          for (const job of started) await again(job);
          redriven += started.length;
          left += page.length - started.length;
          if (started.length < meant.length) return { redriven, more: true };
        }
        return { redriven, more: false };
      }),

    find: (imageId) =>
      onQueue(async (queue) => {
        const job = await findFailed(queue, imageId);
        const image = job && readablePayload(payload, job);
        return image && { image, attempts: job.attemptsMade, failedAt: failedAt(job) };
      }),

    discard: (imageId) =>
      onQueue(async (queue) => {
        // By id: an unreadable job can be discarded too.
        const isFailed = (await queue.getJobState(imageId)) === 'failed';
        if (isFailed) await queue.remove(imageId);
        return isFailed;
      }),
  };
}

async function findFailed(queue: Queue, imageId: ImageId): Promise<Job | undefined> {
  const job = await readJob(queue, imageId);
  return (await job?.isFailed()) ? job : undefined;
}

interface FailedJob {
  readonly letter: DeadLetter;
  /** Undefined if it is unreadable. */
  readonly job: Job | undefined;
}

/** Reads each existing job separately: an unreadable one must not hide the others. */
async function readFailed(queue: Queue, redis: Redis, ids: readonly string[]): Promise<FailedJob[]> {
  const read = ids.map(async (id): Promise<FailedJob[]> => {
    try {
      const job = await readJob(queue, id);
      return job ? [{ job, letter: deadLetter(job) }] : [];
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      return [{ job: undefined, letter: await unreadableLetter(queue, redis, id) }];
    }
  });
  return (await Promise.all(read)).flat();
}

const failedAt = (job: Pick<Job, 'finishedOn' | 'timestamp'>) => isoTime(job.finishedOn ?? job.timestamp);
const isoTime = (ms: number) => new Date(ms).toISOString();

function deadLetter(job: Job): DeadLetter {
  const failed = {
    imageId: String(job.id),
    ...codeAndMessage(job.failedReason),
    attempts: job.attemptsMade,
    startedAt: job.processedOn === undefined ? undefined : isoTime(job.processedOn),
    worker: job.processedBy,
    failedAt: failedAt(job),
  };
  const image = readablePayload(payload, job);
  if (image) return { ...failed, tenant: image.tenant, category: image.category, createdAt: image.createdAt };
  // From another version, or added by hand. An operator must see it to be able to discard it.
  return { ...failed, tenant: '', category: '', createdAt: isoTime(job.timestamp), code: 'unreadable-job' };
}

/** The dead letter of a job with malformed JSON. */
async function unreadableLetter(queue: Queue, redis: Redis, imageId: string): Promise<DeadLetter> {
  const [timestamp, finishedOn] = await redis.hmget(queue.toKey(imageId), 'timestamp', 'finishedOn');
  const createdAt = Number(timestamp ?? 0);
  return {
    imageId,
    tenant: '',
    category: '',
    code: 'unreadable-job',
    message: 'The job is unreadable.',
    attempts: 0,
    createdAt: isoTime(createdAt),
    failedAt: isoTime(Number(finishedOn ?? createdAt)),
  };
}
