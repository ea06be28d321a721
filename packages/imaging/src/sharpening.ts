import sharp, { type SharpenOptions } from 'sharp';
import { spreadColours } from './hidden-colours.ts';
import type { Pixels } from './pixels.ts';

/**
 * An unsharp mask for pictures that were scaled down: libvips' scaling keeps 78 % of the contrast of detail at 0.4 cycles per pixel, and
 * with it 104 %. Halos grow from 3 to 6 % of an edge. `pnpm bench sharpen` measures other settings; docs/variants.md has the result.
 * Levels are those of CIE L*: differences below `x1`, such as noise, are left alone, and a pixel changes by at most `y2` and `y3`.
 */
export const sharpening: SharpenOptions = { sigma: 0.5, m1: 0, m2: 1.5, x1: 2, y2: 10, y3: 20 };

const RGBA = 4;

/**
 * Sharpens the colours alone: sharp would multiply them by alpha before, which shifts those of half-transparent pixels. Pixels with alpha are
 * changed in place.
 */
export async function sharpened(pixels: Pixels, options = sharpening): Promise<Pixels> {
  const { data, raw } = pixels;
  if (raw.channels !== RGBA) return { data: await sharp(data, { raw }).sharpen(options).raw().toBuffer(), raw };
  spreadColours(pixels);
  const opaque = await sharp(data, { raw }).removeAlpha().raw().toBuffer();
  const colours = await sharpened({ data: opaque, raw: { ...raw, channels: 3 } }, options);
  for (let from = 0, to = 0; from < colours.data.length; from += 3, to += RGBA) {
    data[to] = colours.data[from] as number;
    data[to + 1] = colours.data[from + 1] as number;
    data[to + 2] = colours.data[from + 2] as number;
  }
  return pixels;
}
