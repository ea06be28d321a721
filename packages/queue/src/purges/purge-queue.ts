import { randomUUID } from 'node:crypto';
import type { ImageAddress, OwnSettings } from '@imagemill/variants';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createQueueAccess } from '../connection/queue-access.ts';
import { jobs } from '../jobs.ts';
import { sendInTrace } from '../tracing/job-trace.ts';
import { createFailedPurges, type FailedPurges } from './failed-purges.ts';
import type { PurgeReason } from './purge.ts';
import { createRecentPurges } from './recent-purges.ts';

/** The producer's side of purges. Every method throws QueueUnavailableError. */
export interface PurgeQueue {
  /**
   * Queues a purge. Call it after the files are deleted: a CDN could fill its cache from them again.
   *
   * A purge that has not started yet covers a later one of the same image and reason. One that is running does not: the later one
   * runs after it. What is gone for good is purged once more a minute later: a response that left the bucket or an edge just before
   * the deletion can reach the CDN after the first purge, and would stay there for a year.
   */
  add(image: PurgedImage, reason: PurgeReason): Promise<void>;
  readonly failed: FailedPurges;
}

/** What a purge needs of an image: all parts of its addresses. */
type PurgedImage = ImageAddress & OwnSettings;

const { purgeImage } = jobs;

/** Longer than a request to an edge may take. */
const SECOND_PURGE_MS = 60_000;

export function createPurgeQueue({ connection, prefix }: { connection: Redis; prefix: string }): PurgeQueue {
  const onQueue = createQueueAccess(connection, prefix, purgeImage);
  const recent = createRecentPurges(connection, prefix);
  return {
    add: (image, reason) =>
      onQueue(async (queue) => {
        const isGone = reason !== 'rendered-again';
        // First: an edge could fill a cache from its memory after the purge.
        if (isGone) await recent.note(image.imageId);
        await addPurge(queue, image, reason);
        if (isGone) await addPurge(queue, image, reason, SECOND_PURGE_MS);
      }),
    failed: createFailedPurges(onQueue),
  };
}

async function addPurge(queue: Queue, image: PurgedImage, reason: PurgeReason, delay = 0): Promise<void> {
  const { tenant, category, imageId, focus, redone } = image;
  const id = randomUUID();
  const purge = {
    id,
    tenant,
    category,
    imageId,
    focus,
    redone,
    reason,
    requestedAt: new Date(Date.now() + delay).toISOString(),
  };
  const second = delay > 0;
  const options = {
    ...{ jobId: id, delay },
    // A second purge that has not started yet is moved behind the later deletion.
    deduplication: { id: `${imageId}/${reason}${second ? '/second' : ''}`, keepLastIfActive: true, replace: second },
  };
  await sendInTrace(queue.name, 1, (trace) =>
    queue.add(purgeImage.name, purgeImage.payload.write(purge), { ...options, ...trace }),
  );
}
