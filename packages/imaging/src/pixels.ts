import type { Raw } from 'sharp';

/** Upright sRGB pixels, 8 bits per channel, without metadata; with an alpha channel only if it is not fully opaque. */
export interface Pixels {
  readonly data: Buffer;
  readonly raw: Raw;
}
