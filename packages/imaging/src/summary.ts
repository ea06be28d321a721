import type { Measured } from '@imagemill/report';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { dominantColour } from './dominant-colour.ts';
import { measureCopy } from './measure/measure.ts';
import { smallCopy } from './measure/small-copy.ts';
import type { Pixels } from './pixels.ts';

export interface PictureSummary {
  /** ThumbHash in base64: about 25 bytes, for a blurred preview in a page. https://evanw.github.io/thumbhash/ */
  readonly placeholder: string;
  /** The most frequent colour, as #rrggbb; exact for a picture of one colour. Transparent parts count as white. */
  readonly dominantColour: string;
  /** What the seller report is made from. */
  readonly measured: Measured;
}

/** The limit of ThumbHash is 100×100. */
const SIDE_MAX = 100;
/** With fewer pixels than it has frequencies, it would show patterns that the picture does not have. */
const SIDE_MIN = 8;

export async function summarise(pixels: Pixels): Promise<PictureSummary> {
  // Both are made from it: of a large picture, most of the time goes into scaling it down.
  const copy = await smallCopy(pixels);
  const { data: rgba, info } = await sharp(copy.data, { raw: copy.raw })
    .resize(SIDE_MAX, SIDE_MAX, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const small = sharp(rgba, { raw: { width: info.width, height: info.height, channels: 4 } });
  const opaque = await small.flatten({ background: '#ffffff' }).removeAlpha().raw().toBuffer();
  return {
    placeholder: await thumbHash(rgba, info),
    dominantColour: dominantColour(opaque),
    measured: await measureCopy(copy),
  };
}

/** Of a picture within 100×100 pixels. One with a side of a few pixels is enlarged in blocks. */
async function thumbHash(rgba: Buffer, { width, height }: { width: number; height: number }): Promise<string> {
  const scale = Math.max(1, SIDE_MIN / Math.min(width, height));
  const sides = [width, height].map((side) => Math.min(SIDE_MAX, Math.ceil(side * scale))) as [number, number];
  const enlarged =
    scale === 1
      ? rgba
      : await sharp(rgba, { raw: { width, height, channels: 4 } })
          .resize(...sides, { fit: 'fill', kernel: 'nearest' })
          .raw()
          .toBuffer();
  return Buffer.from(rgbaToThumbHash(...sides, enlarged)).toString('base64');
}
