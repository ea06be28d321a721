import sharp from 'sharp';
import type { Pixels } from '../pixels.ts';

/** Luma of a small copy of a picture, 0 to 255, row by row. */
export interface GreyFrame {
  readonly luma: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The longest side of the copy: blur that does not show at this size does not matter, and a larger one would cost more. */
const SIDE_PX = 512;

/** A copy over white, never enlarged. */
export async function greyFrame({ data, raw }: Pixels): Promise<GreyFrame> {
  const image = sharp(data, { raw }).resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true });
  if (raw.channels === 2 || raw.channels === 4) image.flatten({ background: '#ffffff' });
  const { data: luma, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { luma, width: info.width, height: info.height };
}
