import { Category, Format, ImageId, OriginalMediaType, SourceFacts, Tenant, VariantName } from '@imagemill/variants';
import { z } from 'zod';
import { retryPolicy } from './render/retry-policy.ts';
import { deliverySchedule } from './webhooks/delivery-schedule.ts';
import { WebhookEvent } from './webhooks/webhook-event.ts';

/** An upload in parts that is under way; no client is asked for its id. Each part but the last has `partSize` bytes. */
export const MultipartOfImage = z.object({
  uploadId: z.string(),
  partSize: z.int().positive(),
  contentLength: z.int().positive(),
});
export type MultipartOfImage = z.infer<typeof MultipartOfImage>;

/** What a worker must know to make one image's renditions. */
export const RenderImage = z.object({
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  originalKey: z.string(),
  contentType: OriginalMediaType,
  /** Where the worker gets the original from, when nobody uploads it. */
  importUrl: z.url().optional(),
  /** How the original comes, where it comes in parts. */
  multipart: MultipartOfImage.optional(),
  /** As the seller called it; a job that was made again from a key alone has none. */
  filename: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
  /** Base64, as declared by the seller. */
  checksumSha256: z.string().optional(),
  createdAt: z.iso.datetime(),
  uploadExpiresAt: z.iso.datetime(),
});
export type RenderImage = z.infer<typeof RenderImage>;

/** How far a job has come. A job has progress only once a worker has read its original. */
export const RenderProgress = z.object({
  revision: z.string(),
  total: z.int().nonnegative(),
  source: SourceFacts,
  done: z.array(
    z.object({
      variant: VariantName,
      format: Format,
      width: z.int(),
      height: z.int(),
      bytes: z.int(),
    }),
  ),
});
export type RenderProgress = z.infer<typeof RenderProgress>;

/** How an image ended. `failed` is not among them: that is the job's own end, and makes it a dead letter. */
export type RenderOutcome =
  | { readonly outcome: 'ready' }
  | { readonly outcome: 'rejected'; readonly error: { readonly code: string; readonly message: string } }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'deleted' };

const HOUR_S = 3600;
/** With some 3 kB each, 0.3 GB of Redis at most for each of the two lists. */
const DELIVERIES_KEPT_MAX = 100_000;

/** Every job of the project: its queue, its name, its payload and how it is retried and kept. */
export const jobs = {
  renderImage: {
    queue: 'render',
    name: 'render-image',
    payload: RenderImage,
    options: {
      attempts: retryPolicy.attempts,
      backoff: retryPolicy.backoff,
      // The manifest is the record of a finished image; the job is kept a while for those who poll, and bounded.
      removeOnComplete: { age: 24 * HOUR_S, count: 100_000 },
      // Dead letters: an operator has ten days to look.
      removeOnFail: { age: 240 * HOUR_S },
      stackTraceLimit: 5,
      keepLogs: 20,
    },
  },
  deliverWebhook: {
    queue: 'webhooks',
    name: 'deliver-event',
    payload: WebhookEvent,
    options: {
      attempts: deliverySchedule.attempts,
      backoff: { type: 'delivery-schedule' },
      // What is kept is the delivery log, and what can be replayed.
      removeOnComplete: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      removeOnFail: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      stackTraceLimit: 0,
      keepLogs: 0,
    },
  },
} as const;

/** What a producer must know of a job. */
export type JobSpec = (typeof jobs)[keyof typeof jobs];
