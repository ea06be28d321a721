import { randomUUID } from 'node:crypto';
import { type ImageAddress, type OwnSettings, ownSettings } from '@imagemill/variants';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createQueueAccess } from '../connection/queue-access.ts';
import { jobs } from '../jobs.ts';
import { sendInTrace } from '../tracing/job-trace.ts';
import { createFailedPurges, type FailedPurges } from './failed-purges.ts';
import type { PurgeReason } from './purge.ts';
import { logPurge, PURGE_NEWS_MS } from './purge-log.ts';

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
  return {
    add: (image, reason) =>
      onQueue(async (queue) => {
        if (reason === 'rendered-again') return addPurge(queue, { image, reason });
        // An edge could fill a cache from its memory after the purge.
        await logPurge(connection, prefix, image.imageId);
        await addPurge(queue, { image, reason, delay: PURGE_NEWS_MS });
        await addPurge(queue, { image, reason, delay: SECOND_PURGE_MS });
      }),
    failed: createFailedPurges(onQueue),
  };
}

interface NewPurge {
  readonly image: PurgedImage;
  readonly reason: PurgeReason;
  readonly delay?: number;
}

async function addPurge(queue: Queue, { image, reason, delay = 0 }: NewPurge): Promise<void> {
  const { tenant, category, imageId } = image;
  const id = randomUUID();
  const purge = {
    id,
    tenant,
    category,
    imageId,
    ...ownSettings(image),
    reason,
    requestedAt: new Date(Date.now() + delay).toISOString(),
  };
  const second = delay === SECOND_PURGE_MS;
  const options = {
    jobId: id,
    delay,
    // A delayed purge is moved behind the later deletion.
    deduplication: { id: `${imageId}/${reason}${second ? '/second' : ''}`, keepLastIfActive: true, replace: delay > 0 },
  };
  await sendInTrace(queue.name, 1, (trace) =>
    queue.add(purgeImage.name, purgeImage.payload.write(purge), { ...options, ...trace }),
  );
}
