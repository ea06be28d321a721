import { UnreadableError } from '@imagemill/errors';
import type { Versioned } from '@imagemill/records';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAccess } from './connection/queue-access.ts';
import { codeAndMessage } from './job-error.ts';
import { readablePayload, readJob } from './read-job.ts';

/** A job that used all its attempts, or whose error is permanent. */
export interface FailedJob<Payload> {
  readonly id: string;
  /** Undefined if the job is unreadable: from another version, or added by hand. Its code is then `unreadable-job`. */
  readonly payload: Payload | undefined;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly createdAt: string;
  /** When its last attempt started. */
  readonly startedAt: string | undefined;
  /** The name of the worker that ran its last attempt. */
  readonly worker: string | undefined;
  readonly failedAt: string;
}

/** The failed jobs of one queue, kept for an operator. Every method throws QueueUnavailableError. */
export interface FailedJobs<Payload> {
  /** Newest first. A page may contain fewer than `limit` jobs, or none, although there is a next one. */
  list(
    page: FailedJobsRange,
  ): Promise<{ readonly failed: FailedJob<Payload>[]; readonly nextCursor: number | undefined }>;
  count(): Promise<number>;
  find(id: string): Promise<FailedJob<Payload> | undefined>;
  /**
   * Restarts the job with all its attempts; false if there is no failed job with this id.
   *
   * @throws UnreadableError if its JSON is malformed
   */
  redrive(id: string): Promise<boolean>;
  /**
   * Restarts up to `limit` jobs, oldest first, optionally those with a code alone. Jobs with malformed JSON stay.
   *
   * @returns how many were restarted, and whether there may be more
   */
  redriveAll(match: {
    readonly limit: number;
    readonly code?: string | undefined;
  }): Promise<{ redriven: number; more: boolean }>;
  /** Deletes the job; false if there is no failed job with this id. */
  discard(id: string): Promise<boolean>;
}

export interface FailedJobsRange {
  readonly cursor: number;
  readonly limit: number;
}

/** Jobs read at once by `redriveAll`. */
const PAGE = 100;

/** @param restart moves a failed job back to the waiting ones */
export function createFailedJobs<Payload>(
  onQueue: QueueAccess,
  payload: Pick<Versioned<Payload>, 'stored'>,
  restart: (job: Job) => Promise<void>,
): FailedJobs<Payload> {
  const describe = (job: Job) => failedJob(job, readablePayload(payload, job));

  /** Reads each existing job separately: an unreadable one must not hide the others. */
  async function read(queue: Queue, redis: Redis, ids: readonly string[]) {
    const found = ids.map(async (id) => {
      try {
        const job = await readJob(queue, id);
        return job ? [{ job, failed: describe(job) }] : [];
      } catch (error) {
        if (!(error instanceof UnreadableError)) throw error;
        return [{ job: undefined, failed: await malformedJob(queue, redis, id) }];
      }
    });
    return (await Promise.all(found)).flat();
  }

  return {
    list: ({ cursor, limit }) =>
      onQueue(async (queue, redis) => {
        const ids = await queue.getRanges(['failed'], cursor, cursor + limit - 1, false);
        const failed = (await read(queue, redis, ids)).map((found) => found.failed);
        return { failed, nextCursor: ids.length < limit ? undefined : cursor + limit };
      }),

    count: () => onQueue((queue) => queue.getFailedCount()),

    find: (id) =>
      onQueue(async (queue, redis) => {
        if (!(await isFailed(queue, id))) return undefined;
        const [found] = await read(queue, redis, [id]);
        return found?.failed;
      }),

    redrive: (id) =>
      onQueue(async (queue) => {
        const job = (await isFailed(queue, id)) ? await readJob(queue, id) : undefined;
        if (job) await restart(job);
        return job !== undefined;
      }),

    redriveAll: ({ limit, code }) =>
      onQueue(async (queue, redis) => {
        let redriven = 0;
        let left = 0;
        // Oldest first: jobs that fail in the meantime come last, and restarted jobs leave the list.
        for (let unseen = await queue.getFailedCount(); unseen > 0; unseen -= PAGE) {
          const page = await read(queue, redis, await queue.getRanges(['failed'], left, left + PAGE - 1, true));
          const meant = page.flatMap(({ job, failed }) => (job && (code ?? failed.code) === failed.code ? [job] : []));
          const restarted = meant.slice(0, limit - redriven);
          for (const job of restarted) await restart(job);
          redriven += restarted.length;
          left += page.length - restarted.length;
          if (restarted.length < meant.length) return { redriven, more: true };
        }
        return { redriven, more: false };
      }),

    discard: (id) =>
      onQueue(async (queue) => {
        // By id: a job with malformed JSON can be discarded too.
        if (!(await isFailed(queue, id))) return false;
        await queue.remove(id);
        return true;
      }),
  };
}

const isFailed = async (queue: Queue, id: string) => (await queue.getJobState(id)) === 'failed';

function failedJob<Payload>(job: Job, payload: Payload | undefined): FailedJob<Payload> {
  const { code, message } = codeAndMessage(job.failedReason);
  return {
    id: String(job.id),
    payload,
    code: payload === undefined ? 'unreadable-job' : code,
    message,
    attempts: job.attemptsMade,
    createdAt: isoTime(job.timestamp),
    startedAt: job.processedOn === undefined ? undefined : isoTime(job.processedOn),
    worker: job.processedBy,
    failedAt: isoTime(job.finishedOn ?? job.timestamp),
  };
}

async function malformedJob(queue: Queue, redis: Redis, id: string): Promise<FailedJob<never>> {
  const [timestamp, finishedOn] = await redis.hmget(queue.toKey(id), 'timestamp', 'finishedOn');
  const createdAt = Number(timestamp ?? 0);
  return {
    id,
    payload: undefined,
    code: 'unreadable-job',
    message: 'The job is unreadable.',
    attempts: 0,
    createdAt: isoTime(createdAt),
    failedAt: isoTime(Number(finishedOn ?? createdAt)),
    startedAt: undefined,
    worker: undefined,
  };
}

const isoTime = (ms: number) => new Date(ms).toISOString();
