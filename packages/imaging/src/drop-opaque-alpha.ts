import sharp from 'sharp';
import type { Pixels } from './decode-pixels.ts';

const RGBA = 4;

/**
 * The same pixels without an alpha channel that hides nothing, as in most PNGs of phones and paint programs. It would be
 * premultiplied and divided out again for every rendition, and stored in each: docs/performance.md has what that costs.
 */
export async function dropOpaqueAlpha(pixels: Pixels): Promise<Pixels> {
  const { data, raw } = pixels;
  if (raw.channels !== RGBA || !isOpaque(data)) return pixels;
  const opaque = await sharp(data, { raw }).removeAlpha().raw().toBuffer();
  return { data: opaque, raw: { ...raw, channels: 3 } };
}

/** Some 3 ms a megapixel: libvips' own statistics take twenty times as long. */
function isOpaque(rgba: Buffer): boolean {
  for (let alpha = RGBA - 1; alpha < rgba.byteLength; alpha += RGBA) {
    if (rgba[alpha] !== 255) return false;
  }
  return true;
}
