import { keepsAnimation } from '@imagemill/variants';
import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

export const animationDropped = ({ source, set }: Examined): WarningOf<'animation-dropped'> | undefined =>
  source.isAnimated && !set.some((variant) => keepsAnimation(variant, source))
    ? { code: 'animation-dropped' }
    : undefined;
