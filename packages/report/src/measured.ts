import { z } from 'zod';

const level = z.int().min(0).max(255);
export const Side = z.enum(['top', 'right', 'bottom', 'left']);

/** What the pixels of an image show, measured on a copy of at most 512 pixels: `packages/imaging/src/measure`. */
export const Measured = z.object({
  /** Variance of the Laplacian of the sharpest parts. */
  sharpness: z.number().nonnegative(),
  /** Luma that 5 %, 50 % and 95 % of the pixels do not exceed. */
  light: z.object({ shadow: level, middle: level, highlight: level }),
  /** Sides with a bar of one colour and a straight edge; all of them if a frame is drawn. */
  framed: z.array(Side).max(4),
  /** Those whose bar has a text or a logo; missing if an earlier version measured the image. */
  lettered: z.array(Side).max(4).optional(),
  /** 64 bits in hex digits; missing for a plain picture. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
});
export type Measured = z.infer<typeof Measured>;
