import { Category, ImageId, Rendition, SourceFacts, Tenant } from '@imagemill/variants';
import { z } from 'zod';

const common = {
  manifestVersion: z.literal(1),
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  filename: z.string(),
  metadata: z.record(z.string(), z.string()),
  attempts: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
  /** ETag of the original that this manifest speaks of. */
  originalEtag: z.string(),
};

/** The record of a finished image, written last: every rendition that it names is already in the CDN bucket. */
export const Manifest = z.discriminatedUnion('status', [
  z.object({
    ...common,
    status: z.literal('ready'),
    revision: z.string(),
    source: SourceFacts.extend({ sha256: z.string() }),
    /** ThumbHash of the picture, base64: https://evanw.github.io/thumbhash/ */
    placeholder: z.string(),
    /** #rrggbb */
    dominantColour: z.string(),
    renditions: z.array(Rendition),
    readyAt: z.iso.datetime(),
    timingsMs: z.record(z.string(), z.number()),
  }),
  z.object({
    ...common,
    status: z.literal('rejected'),
    error: z.object({ code: z.string(), message: z.string() }),
    rejectedAt: z.iso.datetime(),
  }),
]);
export type Manifest = z.infer<typeof Manifest>;
