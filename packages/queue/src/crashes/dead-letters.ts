import { UnreadableError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { QueueAccess } from '../connection/queue-access.ts';
import { codeAndMessage } from '../job-error.ts';
import { RenderImage } from '../jobs.ts';
import { readJob } from '../read-job.ts';
import { restart } from '../render/start-job.ts';
import type { UnfinishedStarts } from './unfinished-starts.ts';

/** A job that used up its attempts because of us. */
const DeadLetter = z.object({
  imageId: z.string(),
  tenant: z.string(),
  category: z.string(),
  code: z.string(),
  message: z.string(),
  attempts: z.int(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional().meta({ description: 'when its last attempt began' }),
  worker: z.string().optional().meta({ description: 'which worker had it last' }),
  failedAt: z.iso.datetime(),
});
type DeadLetter = Readonly<z.infer<typeof DeadLetter>>;

export const DeadLetterPage = z.object({
  deadLetters: z.array(DeadLetter).readonly(),
  nextCursor: z.int().optional().meta({ description: 'where the next page begins; none after the last' }),
});
type DeadLetterPage = Readonly<z.infer<typeof DeadLetterPage>>;

/** What is kept for an operator. Every call throws QueueUnavailableError when Redis does not answer. */
export interface DeadLetters {
  /** The newest first; with a code, only those that ended with it. A page may hold fewer than `limit`, even none. */
  list(page: { cursor: number; limit: number; code?: string | undefined }): Promise<DeadLetterPage>;
  /** Starts the job again with all its attempts; false when the image has no dead letter. */
  redrive(imageId: ImageId): Promise<boolean>;
  /**
   * Starts the jobs that ended with a code again, the oldest first, up to `limit` of them.
   *
   * @returns how many were started, and whether there may be more
   */
  redriveAll(code: string, limit: number): Promise<{ redriven: number; more: boolean }>;
  /** The job behind an image's dead letter; none when it has no dead letter, or one that can't be read. */
  find(imageId: ImageId): Promise<{ image: RenderImage; attempts: number; failedAt: string } | undefined>;
  /** Forgets the job; false when the image has no dead letter. */
  discard(imageId: ImageId): Promise<boolean>;
}

/** Jobs read at once while looking for those of a code. */
const PAGE = 100;

export function createDeadLetters(onQueue: QueueAccess, starts: UnfinishedStarts): DeadLetters {
  async function again(job: Job, redis: Redis): Promise<void> {
    await starts.forget(job.id as ImageId);
    await restart(job, redis, 'failed');
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
      onQueue(async (queue, redis) => {
        const job = await findFailed(queue, imageId);
        if (job) await again(job, redis);
        return job !== undefined;
      }),

    redriveAll: (code, limit) =>
      onQueue(async (queue, redis) => {
        let redriven = 0;
        let left = 0;
        // The oldest first: what fails meanwhile comes after them, and what is started again leaves the list.
        for (let unseen = await queue.getFailedCount(); unseen > 0; unseen -= PAGE) {
          const ids = await queue.getRanges(['failed'], left, left + PAGE - 1, true);
          const page = await readFailed(queue, redis, ids);
          const meant = page.flatMap(({ job, letter }) => (job && letter.code === code ? [job] : []));
          const started = meant.slice(0, limit - redriven);
          for (const job of started) await again(job, redis);
          redriven += started.length;
          left += page.length - started.length;
          if (started.length < meant.length) return { redriven, more: true };
        }
        return { redriven, more: false };
      }),

    find: (imageId) =>
      onQueue(async (queue) => {
        const job = await findFailed(queue, imageId);
        const image = RenderImage.safeParse(job?.data).data;
        return job && image && { image, attempts: job.attemptsMade, failedAt: failedAt(job) };
      }),

    discard: (imageId) =>
      onQueue(async (queue) => {
        // By its id: one that can't be read is discarded as well.
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
  /** Undefined for one that can't be read. */
  readonly job: Job | undefined;
}

/** Those of the ids that are still there, each by itself: one that can't be read must not hide the others. */
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
  const image = RenderImage.safeParse(job.data).data;
  if (image) return { ...failed, tenant: image.tenant, category: image.category, createdAt: image.createdAt };
  // Of another version, or put there by hand: an operator must see it to be able to discard it.
  return { ...failed, tenant: '', category: '', createdAt: isoTime(job.timestamp), code: 'unreadable-job' };
}

/** Of a job whose fields are no JSON: what can be told without them. */
async function unreadableLetter(queue: Queue, redis: Redis, imageId: string): Promise<DeadLetter> {
  const [timestamp, finishedOn] = await redis.hmget(queue.toKey(imageId), 'timestamp', 'finishedOn');
  const createdAt = Number(timestamp ?? 0);
  return {
    imageId,
    tenant: '',
    category: '',
    code: 'unreadable-job',
    message: 'The job can not be read.',
    attempts: 0,
    createdAt: isoTime(createdAt),
    failedAt: isoTime(Number(finishedOn ?? createdAt)),
  };
}
