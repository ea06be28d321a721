import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import type { Pixels } from './pixels.ts';

const RGBA = 4;
/** A megapixel. */
const SLICE_BYTES = RGBA * 2 ** 20;

/**
 * Removes a fully opaque alpha channel, as in most PNGs of phones and paint programs. Otherwise every rendition would
 * premultiply it, divide it out again and store it; docs/performance.md has the cost.
 */
export async function dropOpaqueAlpha(pixels: Pixels): Promise<Pixels> {
  const { data, raw } = pixels;
  if (raw.channels !== RGBA || !(await isOpaque(data))) return pixels;
  const opaque = await sharp(data, { raw }).removeAlpha().raw().toBuffer();
  return { data: opaque, raw: { ...raw, channels: 3 } };
}

/** About 3 ms per megapixel, in slices that yield to other tasks; libvips' own statistics take twenty times as long. */
async function isOpaque(rgba: Buffer): Promise<boolean> {
  for (let from = 0; from < rgba.byteLength; from += SLICE_BYTES) {
    const end = Math.min(from + SLICE_BYTES, rgba.byteLength);
    for (let alpha = from + RGBA - 1; alpha < end; alpha += RGBA) {
      if (rgba[alpha] !== 255) return false;
    }
    await setImmediate();
  }
  return true;
}
