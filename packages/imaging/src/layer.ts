import type { Colour } from '@imagemill/variants';
import type { BackedPlan } from './backdrop.ts';
import type { Pixels } from './pixels.ts';

/** The decoded pixels in one colour space, or what a `trim` leaves of them, and the plans that are made from them, smallest first. */
export interface Layer {
  readonly colour: Colour;
  readonly pixels: Pixels;
  readonly plans: readonly BackedPlan[];
}
