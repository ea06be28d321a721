import { z } from 'zod';
import { Format, VariantName } from './variant-fields.ts';

/** A code of the IPTC or of C2PA. Any other text could be a link, or a message, of a file's author. */
export const DigitalSourceType = z
  .string()
  .regex(/^https?:\/\/(?:cv\.iptc\.org\/newscodes|c2pa\.org)\/digitalsourcetype\/[A-Za-z0-9]{1,64}$/);

/** What an uploaded file says about its own origin. Nothing of it is verified. */
export const Provenance = z.object({
  c2pa: z
    .boolean()
    .meta({ description: 'it contains a C2PA manifest, which is not verified, and which no rendition contains' }),
  digitalSourceType: DigitalSourceType.optional().meta({
    description:
      "IPTC's code for how the picture was made, which every rendition keeps: https://cv.iptc.org/newscodes/digitalsourcetype",
  }),
});
export type Provenance = z.infer<typeof Provenance>;

/** Facts detected from the uploaded file; width and height in pixels, upright. */
export const SourceFacts = z.object({
  format: z.enum(['jpeg', 'png', 'webp', 'avif', 'heic', 'gif', 'tiff', 'bmp', 'jxl']),
  width: z.int().positive(),
  height: z.int().positive(),
  /** EXIF orientation of the file as uploaded, 1 to 8. */
  orientation: z.int().min(1).max(8),
  colourSpace: z.string(),
  hasAlpha: z.boolean(),
  frames: z.int().positive(),
  bytes: z.int().nonnegative(),
  hasLocation: z.literal(true).optional().meta({
    description: 'it has a GPS position, which no rendition has; missing otherwise',
  }),
  colourProfile: z.string().max(64).optional().meta({
    description: 'the name of its colour profile, or of its gamut; missing for sRGB',
  }),
  hdr: z.enum(['pq', 'hlg', 'gain-map']).optional().meta({
    description: 'how an HDR picture is stored; missing for all others',
  }),
  isAnimated: z.literal(true).optional().meta({ description: 'it is an animation; missing otherwise' }),
  /** Missing if the file says nothing about it. */
  provenance: Provenance.optional(),
});
export type SourceFacts = z.infer<typeof SourceFacts>;

/** One file; width and height in pixels. */
export const Rendition = z.object({
  variant: VariantName,
  format: Format,
  url: z.url(),
  expiresAt: z.iso.datetime().optional().meta({ description: 'when `url` expires; missing if it never does' }),
  width: z.int().positive(),
  height: z.int().positive(),
  atMost: z.literal(true).optional().meta({
    description: 'its border is trimmed when it is made: until then, width and height are the largest possible ones',
  }),
  bytes: z.int().positive().nullable().meta({ description: '`null` if it is made on its first request' }),
  planned: z.literal(true).optional().meta({ description: 'it is made on its first request; missing if it is stored' }),
});
export type Rendition = z.infer<typeof Rendition>;
