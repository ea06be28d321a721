import { z } from 'zod';
import type { QueueAccess } from '../connection/queue-access.ts';
import { createFailedJobs, type FailedJob, type FailedJobs, type FailedJobsRange } from '../failed-jobs.ts';
import { jobs } from '../jobs.ts';
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
export interface FailedPurges extends Pick<FailedJobs<Purge>, 'count' | 'redrive' | 'redriveAll' | 'discard'> {
  /** Newest first. A page may contain fewer than `limit` purges, or none. */
  list(page: FailedJobsRange): Promise<FailedPurgePage>;
}

export function createFailedPurges(onQueue: QueueAccess): FailedPurges {
  const failedJobs = createFailedJobs(onQueue, jobs.purgeImage.payload, (job) => retryFinished(job, 'failed'));
  return {
    ...failedJobs,
    async list(range) {
      const { failed, nextCursor } = await failedJobs.list(range);
      return { purges: failed.map(failedPurge), nextCursor };
    },
  };
}

function failedPurge({ id, payload, code, message, attempts, createdAt, failedAt }: FailedJob<Purge>): FailedPurge {
  const { tenant = '', imageId = '', reason, requestedAt = createdAt } = payload ?? {};
  return { id, tenant, imageId, reason, code, message, attempts, requestedAt, failedAt };
}
