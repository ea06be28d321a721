import sharp from 'sharp';
import type { Pixels } from '../pixels.ts';

/** A larger mark is scaled down to this side, and an SVG is drawn at it: a quarter of the largest pictures that are usual. */
const SIDE_PX_MAX = 1024;
/** Of a PNG: libvips decodes it in at most 256 MiB. */
const PIXELS_MAX = 64e6;
const SVG_DPI = 72;
const SVG_DPI_MAX = 100_000;

/**
 * Decodes the operator's PNG or SVG, with its colours in sRGB. Only for processes that handle no uploads: engine processes block the SVG
 * loader.
 *
 * @throws Error of libvips
 */
export async function decodeWatermark(file: Uint8Array): Promise<Pixels> {
  const { format, width, height } = await sharp(file, { limitInputPixels: PIXELS_MAX }).metadata();
  if (format !== 'png' && format !== 'svg') throw new Error(`it is a ${format}, not a PNG or an SVG`);
  const density = Math.min(SVG_DPI_MAX, (SVG_DPI * SIDE_PX_MAX) / Math.max(width, height));
  const options = { limitInputPixels: PIXELS_MAX, ...(format === 'svg' && { density }) };
  const { data, info } = await sharp(file, options)
    .resize(SIDE_PX_MAX, SIDE_PX_MAX, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, raw: { width: info.width, height: info.height, channels: 4 } };
}
