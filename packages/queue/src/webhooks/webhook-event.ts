import { createHash } from 'node:crypto';
import { ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';

export const WebhookEventType = z.enum([
  'image.ready',
  'image.rejected',
  'image.held',
  'image.failed',
  'image.expired',
]);
export type WebhookEventType = z.infer<typeof WebhookEventType>;

/** Deterministic id of one outcome of an image. Publishing the outcome again uses the same id. */
export const WebhookEventId = z.string().regex(/^evt_[0-9a-f-]{36}_(ready|rejected|held|failed|expired)_[0-9a-f]{12}$/);

/** The event for one outcome of an image. */
export const WebhookEvent = z.object({
  id: WebhookEventId,
  type: WebhookEventType,
  /** A later event of an image has a larger number. */
  sequence: z.int().positive(),
  timestamp: z.iso.datetime(),
  tenant: Tenant,
  imageId: ImageId,
  /** The API's response for the image at that moment. */
  data: z.record(z.string(), z.json()),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** @param occasion distinguishes outcomes of the same image and type: a time or an ETag */
export function webhookEventId(imageId: ImageId, type: WebhookEventType, occasion: string): string {
  const hash = createHash('sha256').update(`${imageId}\n${type}\n${occasion}`).digest('hex').slice(0, 12);
  return `evt_${imageId}_${type.slice('image.'.length)}_${hash}`;
}
