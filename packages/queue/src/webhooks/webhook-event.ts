import { createHash } from 'node:crypto';
import { ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';

/** How an image ended. */
export const WebhookEventType = z.enum(['image.ready', 'image.rejected', 'image.failed', 'image.expired']);
export type WebhookEventType = z.infer<typeof WebhookEventType>;

/** Names one end of one image, for ever: whoever tells of it again uses the same id. */
export const WebhookEventId = z.string().regex(/^evt_[0-9a-f-]{36}_(ready|rejected|failed|expired)_[0-9a-f]{12}$/);

/** One end of one image, as its tenant is told of it. */
export const WebhookEvent = z.object({
  id: WebhookEventId,
  type: WebhookEventType,
  /** A later event of an image has a larger number. */
  sequence: z.int().positive(),
  timestamp: z.iso.datetime(),
  tenant: Tenant,
  imageId: ImageId,
  /** What the API answered for the image at that moment. */
  data: z.record(z.string(), z.json()),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** @param occasion tells this end from another of the same image and kind: a time, an ETag */
export function webhookEventId(imageId: ImageId, type: WebhookEventType, occasion: string): string {
  const hash = createHash('sha256').update(`${imageId}\n${type}\n${occasion}`).digest('hex').slice(0, 12);
  return `evt_${imageId}_${type.slice('image.'.length)}_${hash}`;
}
