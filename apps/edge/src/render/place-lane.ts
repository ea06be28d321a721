import type { Lane } from '@imagemill/imaging';
import { isLargeOriginal } from '@imagemill/rendering';
import type { FoundImage } from './render-order.ts';

/** The lane of a render's place. At most half of the places are heavy ones: large originals are read in these only. */
export const placeLane = ({ originalBytes }: Pick<FoundImage, 'originalBytes'>): Lane =>
  isLargeOriginal(originalBytes) ? 'heavy' : 'light';
