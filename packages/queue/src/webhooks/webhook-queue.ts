import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { createQueueAccess } from '../connection/queue-access.ts';
import { jobs } from '../jobs.ts';
import { readJob } from '../read-job.ts';
import { retryFinished } from '../render/start-job.ts';
import { sendInTrace } from '../tracing/job-trace.ts';
import { Delivery, type DeliveryStatus, deliveryStatus, findDelivery } from './delivery.ts';
import { type WebhookEvent, webhookEventId } from './webhook-event.ts';
import { createWebhookLog } from './webhook-log.ts';

/** An event before it has an id and a sequence number. */
interface WebhookDraft extends Pick<WebhookEvent, 'type' | 'tenant' | 'imageId' | 'data'> {
  /** Distinguishes outcomes of the same image and type. */
  readonly occasion: string;
}

export const DeliveryPage = z.object({
  deliveries: z.array(Delivery).readonly(),
  nextCursor: z.int().optional().meta({ description: 'cursor of the next page; absent on the last page' }),
});
type DeliveryPage = Readonly<z.infer<typeof DeliveryPage>>;

interface DeliveryQuery {
  readonly cursor?: number | undefined;
  readonly limit: number;
  readonly status?: DeliveryStatus | undefined;
  readonly imageId?: ImageId | undefined;
}

/** The producer's side of the webhooks. Every method throws QueueUnavailableError. */
export interface WebhookQueue {
  /**
   * Queues an event. An event that was already published is not sent again and keeps its number.
   *
   * @returns the event's id
   */
  publish(draft: WebhookDraft): Promise<string>;
  /** Whether the event was published and is still pending or in the log. */
  isKept(event: Pick<WebhookDraft, 'type' | 'imageId' | 'occasion'>): Promise<boolean>;
  /** Newest first. With a filter, a page may contain fewer than `limit` deliveries, or none. */
  list(query: DeliveryQuery): Promise<DeliveryPage>;
  /** Sends an event again under the same id. A pending event is left alone. */
  replay(id: string): Promise<'replayed' | 'pending' | 'not-found'>;
}

/** Number of events scanned per page when filtering by image. */
const SCANNED_MAX = 1_000;

const { deliverWebhook } = jobs;

export function createWebhookQueue({ connection, prefix }: { connection: Redis; prefix: string }): WebhookQueue {
  const onQueue = createQueueAccess(connection, prefix, deliverWebhook);
  const log = createWebhookLog(connection, prefix);

  return {
    publish: ({ occasion, ...draft }) =>
      onQueue(async (queue) => {
        const id = webhookEventId(draft.imageId, draft.type, occasion);
        // The number first: a crash in between leaves an entry without a delivery, and a rerun adds it under the same number.
        const sequence = await log.sequenceOf(id);
        const timestamp = new Date().toISOString();
        const event = deliverWebhook.payload.write({ ...draft, id, sequence, timestamp });
        await sendInTrace(queue.name, 1, (trace) => queue.add(deliverWebhook.name, event, { jobId: id, ...trace }));
        return id;
      }),

    isKept: ({ imageId, type, occasion }) =>
      onQueue(async (queue) => (await readJob(queue, webhookEventId(imageId, type, occasion))) !== undefined),

    list: ({ cursor, limit, status, imageId }) =>
      onQueue(async (queue, redis) => {
        const wanted = imageId === undefined ? limit : SCANNED_MAX;
        const entries = await log.read({ before: cursor, limit: wanted });
        const ofImage = entries.filter(({ id }) => imageId === undefined || id.startsWith(`evt_${imageId}_`));
        const page = ofImage.slice(0, limit);
        const found = await Promise.all(page.map(({ id }) => findDelivery(queue, redis, id)));
        const deliveries = found.filter(
          (delivery) => delivery !== undefined && (status === undefined || delivery.status === status),
        ) as Delivery[];
        const isCut = ofImage.length > page.length;
        const last = isCut ? page.at(-1) : entries.at(-1);
        return { deliveries, nextCursor: isCut || entries.length === wanted ? last?.sequence : undefined };
      }),

    replay: (id) =>
      onQueue(async (queue) => {
        const job = await readJob(queue, id);
        if (!job) return 'not-found';
        const status = await deliveryStatus(job);
        if (status === 'pending') return 'pending';
        await retryFinished(job, status === 'delivered' ? 'completed' : 'failed');
        return 'replayed';
      }),
  };
}
