import type { Measured } from '@imagemill/report';
import type { Pixels } from '../pixels.ts';
import { frameSides } from './frame-sides.ts';
import { greyFrame } from './grey-frame.ts';
import { lightOf } from './light.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { sharpness } from './sharpness.ts';
import { smallCopy } from './small-copy.ts';

/** What the pixels of a picture show; `packages/report` decides what of it is a warning. */
export const measure = async (pixels: Pixels): Promise<Measured> => measureCopy(await smallCopy(pixels));

/** @param copy of the picture, by `smallCopy` */
export async function measureCopy(copy: Pixels): Promise<Measured> {
  const frame = await greyFrame(copy);
  return {
    sharpness: sharpness(frame),
    light: lightOf(frame),
    ...frameSides(frame),
    hash: await perceptualHash(frame),
  };
}
