import { z } from 'zod';
import { Format, VariantName } from './variant.ts';

/** Facts detected from the uploaded file; width and height in pixels, upright. */
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

/** One file; width and height in pixels. */
export const Rendition = z.object({
  variant: VariantName,
  format: Format,
  url: z.url(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive().nullable().meta({ description: '`null` if it is made on its first request' }),
  planned: z.literal(true).optional().meta({ description: 'it is made on its first request; missing if it is stored' }),
});
export type Rendition = z.infer<typeof Rendition>;
