import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Pixels } from './pixels.ts';

export interface PictureSummary {
  /** ThumbHash in base64: about 25 bytes, for a blurred preview in a page. https://evanw.github.io/thumbhash/ */
  readonly placeholder: string;
  /** The most frequent colour, as #rrggbb; exact for a picture of one colour. Transparent parts count as white. */
  readonly dominantColour: string;
}

/** The limit of ThumbHash is 100×100. */
const SIDE_MAX = 100;

export async function summarise({ data, raw }: Pixels): Promise<PictureSummary> {
  const { data: rgba, info } = await sharp(data, { raw })
    .resize(SIDE_MAX, SIDE_MAX, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const small = sharp(rgba, { raw: { width: info.width, height: info.height, channels: 4 } });
  const opaque = await small.flatten({ background: '#ffffff' }).removeAlpha().raw().toBuffer();
  return {
    placeholder: Buffer.from(rgbaToThumbHash(info.width, info.height, rgba)).toString('base64'),
    dominantColour: dominantColourOf(opaque),
  };
}

/** Levels per channel that are counted as the same colour. */
const BIN_LEVELS = 16;
const BINS = 256 / BIN_LEVELS;

/** The mean colour of the fullest bin of an RGB histogram. */
function dominantColourOf(rgb: Buffer): string {
  const counts = new Uint32Array(BINS ** 3);
  const sums = new Float64Array(3 * BINS ** 3);
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const colour = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
    const bin = colour.reduce((index, level) => index * BINS + Math.floor(level / BIN_LEVELS), 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
    for (const [channel, level] of colour.entries()) sums[3 * bin + channel] = (sums[3 * bin + channel] ?? 0) + level;
  }
  const count = Math.max(...counts);
  const bin = counts.indexOf(count);
  const mean = [...sums.subarray(3 * bin, 3 * bin + 3)].map((sum) => Math.round(sum / count));
  return `#${mean.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
