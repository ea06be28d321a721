import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Pixels } from './pixels.ts';

export interface PictureSummary {
  /** ThumbHash, base64: some 25 bytes that a page turns into a blurred preview. https://evanw.github.io/thumbhash/ */
  readonly placeholder: string;
  /** The most frequent colour, as #rrggbb; transparent parts count as white. */
  readonly dominantColour: string;
}

/** ThumbHash takes pictures of up to 100×100. */
const SIDE_MAX = 100;

export async function summarise({ data, raw }: Pixels): Promise<PictureSummary> {
  const { data: rgba, info } = await sharp(data, { raw })
    .resize(SIDE_MAX, SIDE_MAX, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const small = sharp(rgba, { raw: { width: info.width, height: info.height, channels: 4 } });
  const opaque = await small.flatten({ background: '#ffffff' }).raw().toBuffer();
  const { dominant } = await sharp(opaque, { raw: { width: info.width, height: info.height, channels: 3 } }).stats();
  const hex = [dominant.r, dominant.g, dominant.b].map((level) => level.toString(16).padStart(2, '0')).join('');
  return {
    placeholder: Buffer.from(rgbaToThumbHash(info.width, info.height, rgba)).toString('base64'),
    dominantColour: `#${hex}`,
  };
}
