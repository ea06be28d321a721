import { UnreadableError } from '@imagemill/errors';
import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import type { QueueAccess } from '../connection/queue-access.ts';
import { codeAndMessage } from '../job-error.ts';
import { jobs } from '../jobs.ts';
import { readablePayload, readJob } from '../read-job.ts';
import { retryFinished } from '../render/start-job.ts';
import { Purge, PurgeReason } from './purge.ts';

/** A purge that used up its attempts, or that the CDN refused: copies of the image may still be in its caches. */
const FailedPurge = z.object({
  id: z.string(),
  tenant: z.string(),
  imageId: z.string(),
  reason: PurgeReason.optional().meta({ description: 'absent if the job is unreadable' }),
  code: z.string(),
  message: z.string(),
  attempts: z.int(),
  requestedAt: Purge.shape.requestedAt,
  failedAt: z.iso.datetime(),
});
type FailedPurge = Readonly<z.infer<typeof FailedPurge>>;

export const FailedPurgePage = z.object({
  purges: z.array(FailedPurge).readonly(),
  nextCursor: z.int().optional().meta({ description: 'cursor of the next page; absent on the last page' }),
});
type FailedPurgePage = Readonly<z.infer<typeof FailedPurgePage>>;

/** The dead letters of purges, kept for an operator. Every method throws QueueUnavailableError. */
export interface FailedPurges {
  /** Newest first. A page may contain fewer than `limit` purges, or none. */
  list(page: { cursor: number; limit: number }): Promise<FailedPurgePage>;
  count(): Promise<number>;
  /** Restarts a failed purge with all its attempts; false if there is none with this id. */
  redrive(id: string): Promise<boolean>;
  /**
   * Restarts up to `limit` failed purges, oldest first.
   *
   * @returns how many were restarted, and whether there may be more
   */
  redriveAll(limit: number): Promise<{ redriven: number; more: boolean }>;
  /** Deletes a failed purge; false if there is none with this id. */
  discard(id: string): Promise<boolean>;
}

export function createFailedPurges(onQueue: QueueAccess): FailedPurges {
  return {
    list: ({ cursor, limit }) =>
      onQueue(async (queue) => {
        const ids = await queue.getRanges(['failed'], cursor, cursor + limit - 1, false);
        const found = await Promise.all(ids.map((id) => read(queue, id)));
        return {
          purges: found.filter((purge) => purge !== undefined),
          nextCursor: ids.length < limit ? undefined : cursor + limit,
        };
      }),

    count: () => onQueue((queue) => queue.getFailedCount()),

    redrive: (id) =>
      onQueue(async (queue) => {
        if ((await queue.getJobState(id)) !== 'failed') return false;
        const job = await readable(queue, id);
        if (job) await retryFinished(job, 'failed');
        return job !== undefined;
      }),

    redriveAll: (limit) =>
      onQueue(async (queue) => {
        const ids = await queue.getRanges(['failed'], 0, limit - 1, true);
        const found = await Promise.all(ids.map((id) => readable(queue, id)));
        const restarted = found.filter((job) => job !== undefined);
        for (const job of restarted) await retryFinished(job, 'failed');
        return { redriven: restarted.length, more: ids.length === limit };
      }),

    discard: (id) =>
      onQueue(async (queue) => {
        // By id: an unreadable job can be discarded too.
        const isFailed = (await queue.getJobState(id)) === 'failed';
        if (isFailed) await queue.remove(id);
        return isFailed;
      }),
  };
}

/** The job; undefined if it is gone or its JSON is malformed. */
const readable = (queue: Queue, id: string): Promise<Job | undefined> =>
  readJob(queue, id).catch((error: unknown) => {
    if (!(error instanceof UnreadableError)) throw error;
    return undefined;
  });

/** An unreadable job is listed too: an operator must see it to be able to discard it. */
async function read(queue: Queue, id: string): Promise<FailedPurge | undefined> {
  const job = await readable(queue, id);
  if (!job) return (await queue.getJobState(id)) === 'failed' ? unreadable(id, 0) : undefined;
  const purge = readablePayload(jobs.purgeImage.payload, job);
  const failedAt = isoTime(job.finishedOn ?? job.timestamp);
  if (!purge) return { ...unreadable(id, job.timestamp), failedAt };
  const { tenant, imageId, reason, requestedAt } = purge;
  const attempts = job.attemptsMade;
  return { id, tenant, imageId, reason, ...codeAndMessage(job.failedReason), attempts, requestedAt, failedAt };
}

const isoTime = (ms: number) => new Date(ms).toISOString();

const unreadable = (id: string, timestamp: number): FailedPurge => ({
  ...{ id, tenant: '', imageId: '', attempts: 0 },
  ...{ code: 'unreadable-job', message: 'The job is unreadable.' },
  ...{ requestedAt: isoTime(timestamp), failedAt: isoTime(timestamp) },
});
