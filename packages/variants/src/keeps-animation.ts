import type { SourceFacts } from './rendition.ts';
import type { Variant } from './variant.ts';

/** Whether a rendition has all frames of its source. libvips cannot rotate the frames of an animation: a rotated one becomes a still. */
export const keepsAnimation = (
  { animated }: Pick<Variant, 'animated'>,
  { frames, orientation }: Pick<SourceFacts, 'frames' | 'orientation'>,
): boolean => animated && frames > 1 && orientation === 1;
