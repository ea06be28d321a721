import type { SharpenOptions } from 'sharp';
import type { Pixels } from './pixels.ts';
import { sharpened } from './sharpening.ts';

/**
 * An unsharp mask for pictures that are blurred: detail of the size of a pixel or two regains contrast, and noise does too. `pnpm bench enhance`
 * measures it; docs/models.md has the result.
 */
export const enhancing: SharpenOptions = { sigma: 1, m1: 1, m2: 1.5, x1: 2, y2: 10, y3: 20 };

/** A sharpened copy: focus, warnings and summary are made from the pixels as they were uploaded. */
export const enhancedCopy = ({ data, raw }: Pixels): Promise<Pixels> =>
  sharpened({ data: raw.channels === 4 ? Buffer.from(data) : data, raw }, enhancing);
