import type { Measured } from '@imagemill/report';
import type { Pixels } from '../pixels.ts';
import { frameSides } from './frame-sides.ts';
import { greyFrame } from './grey-frame.ts';
import { lightOf } from './light.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { sharpness } from './sharpness.ts';

/** What the pixels of a picture show; `packages/report` decides what of it is a warning. */
export async function measure(pixels: Pixels): Promise<Measured> {
  const frame = await greyFrame(pixels);
  return {
    sharpness: sharpness(frame),
    light: lightOf(frame),
    framed: frameSides(frame),
    hash: await perceptualHash(frame),
  };
}
