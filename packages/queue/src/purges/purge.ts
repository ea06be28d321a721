import { Category, ImageId, OwnSettings, Tenant } from '@imagemill/variants';
import { z } from 'zod';

/**
 * Why the URLs of an image are purged. `deleted`, `rejected` and `held`: nothing of the image may stay in a cache. `made-private`: none of its
 * public URLs may. `rendered-again`: the URLs that name no revision lead to another picture now; those that name one keep their bytes.
 */
export const PurgeReason = z.enum(['deleted', 'rejected', 'held', 'made-private', 'rendered-again']);
export type PurgeReason = z.infer<typeof PurgeReason>;

/** A purge of an image's URLs at the CDN. */
export const Purge = z.object({
  /** The same in all attempts: a CDN can recognise a repetition by it. */
  id: z.uuid(),
  tenant: Tenant,
  category: Category,
  imageId: ImageId,
  /** They are part of the URLs of the renditions. */
  ...OwnSettings.shape,
  reason: PurgeReason,
  requestedAt: z.iso.datetime(),
});
export type Purge = Readonly<z.infer<typeof Purge>>;
