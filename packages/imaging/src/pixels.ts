import type { Raw } from 'sharp';

/** Upright sRGB pixels, 8 bits a channel, without metadata, and with alpha only where something shows through. */
export interface Pixels {
  readonly data: Buffer;
  readonly raw: Raw;
}
