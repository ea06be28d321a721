import sharp from 'sharp';
import type { Pixels } from '../pixels.ts';

/** The longest side: blur that does not show at this size does not matter, and a larger copy would cost more. */
const SIDE_PX = 512;

/** A small copy of a picture, never enlarged. */
export async function smallCopy({ data, raw }: Pixels): Promise<Pixels> {
  const { data: copy, info } = await sharp(data, { raw })
    .resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data: copy, raw: { width, height, channels } };
}
