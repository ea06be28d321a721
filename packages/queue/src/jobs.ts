import { Category, Format, ImageId, OriginalMediaType, SourceFacts, Tenant, VariantName } from '@imagemill/variants';
import { z } from 'zod';
import { retryPolicy } from './render/retry-policy.ts';
import { deliverySchedule } from './webhooks/delivery-schedule.ts';
import { WebhookEvent } from './webhooks/webhook-event.ts';

/** A multipart upload in progress. Clients never send its id. Each part except the last has `partSize` bytes. */
export const MultipartOfImage = z.object({
  uploadId: z.string(),
  partSize: z.int().positive(),
  contentLength: z.int().positive(),
});
export type MultipartOfImage = z.infer<typeof MultipartOfImage>;

/** The payload of a render job. */
export const RenderImage = z.object({
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  originalKey: z.string(),
  contentType: OriginalMediaType,
  /** The URL that the worker imports the original from; undefined for uploads. */
  importUrl: z.url().optional(),
  /** Set if the original is uploaded in parts. */
  multipart: MultipartOfImage.optional(),
  /** The seller's file name; missing if the job was recreated from a key alone. */
  filename: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
  /** Base64, as declared by the seller. */
  checksumSha256: z.string().optional(),
  createdAt: z.iso.datetime(),
  uploadExpiresAt: z.iso.datetime(),
});
export type RenderImage = z.infer<typeof RenderImage>;

/** A job's progress. It exists once a worker has read the original. */
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

/** Outcomes of a completed job. `failed` is not included: a failed job becomes a dead letter. */
export type RenderOutcome =
  | { readonly outcome: 'ready' }
  | { readonly outcome: 'rejected'; readonly error: { readonly code: string; readonly message: string } }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'deleted' };

const HOUR_S = 3600;
/** At about 3 kB each, at most 0.3 GB of Redis for each of the two lists. */
const DELIVERIES_KEPT_MAX = 100_000;

/** The job catalog: queue, name, payload, retries and retention of every job. */
export const jobs = {
  renderImage: {
    queue: 'render',
    name: 'render-image',
    payload: RenderImage,
    options: {
      attempts: retryPolicy.attempts,
      backoff: retryPolicy.backoff,
      // The manifest is the record of a finished image. The job is kept for a day for polling clients, up to a limit.
      removeOnComplete: { age: 24 * HOUR_S, count: 100_000 },
      // Dead letters are kept for ten days.
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
      // Kept jobs are the delivery log and can be replayed.
      removeOnComplete: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      removeOnFail: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      stackTraceLimit: 0,
      keepLogs: 0,
    },
  },
} as const;

/** One entry of the job catalog. */
export type JobSpec = (typeof jobs)[keyof typeof jobs];
