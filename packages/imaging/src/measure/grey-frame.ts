import sharp from 'sharp';
import type { Pixels } from '../pixels.ts';

/** Luma of a small copy of a picture, 0 to 255, row by row. */
export interface GreyFrame {
  readonly luma: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The luma of a copy, over white. */
export async function greyFrame({ data, raw }: Pixels): Promise<GreyFrame> {
  const image = sharp(data, { raw });
  if (raw.channels === 2 || raw.channels === 4) image.flatten({ background: '#ffffff' });
  const { data: luma, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { luma, width: info.width, height: info.height };
}
