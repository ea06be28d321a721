import { z } from 'zod';
import { ImageId, Tenant } from './keys.ts';
import { Category, Format, VariantName } from './variant.ts';

/** What the upload turned out to be; width and height in pixels, upright. */
export const SourceFacts = z.object({
  format: z.enum(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff']),
  width: z.int().positive(),
  height: z.int().positive(),
  /** EXIF orientation of the file as uploaded, 1 to 8. */
  orientation: z.int().min(1).max(8),
  colourSpace: z.string(),
  hasAlpha: z.boolean(),
  frames: z.int().positive(),
  bytes: z.int().nonnegative(),
});
export type SourceFacts = z.infer<typeof SourceFacts>;

/** One produced file; width and height in pixels. */
export const Rendition = z.object({
  variant: VariantName,
  format: Format,
  url: z.url(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
});
export type Rendition = z.infer<typeof Rendition>;

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
