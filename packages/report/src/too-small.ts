import type { Size, Variant } from '@imagemill/variants';
import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Variants whose box is larger than the source fills: nothing is enlarged. What a border takes that is trimmed does not count. */
export function tooSmall({ source, set }: Examined): WarningOf<'too-small'> | undefined {
  const { width, height } = source;
  const small = set.filter((variant) => enlargement(source, variant) > 1);
  if (small.length === 0) return undefined;
  const most = Math.max(...small.map((variant) => enlargement(source, variant)));
  const needed = { width: Math.ceil(width * most), height: Math.ceil(height * most) };
  return { code: 'too-small', variants: [...new Set(small.map(({ name }) => name))], width, height, needed };
}

/** How much a source would have to be enlarged to fill a box in the way of its fit. */
function enlargement(source: Size, { fit, width, height, padding = 0 }: Variant): number {
  const isPadded = fit === 'inside' || fit === 'contain';
  const margin = isPadded ? 2 * padding : 0;
  const [across, down] = [(width - margin) / source.width, (height - margin) / source.height];
  return isPadded ? Math.min(across, down) : Math.max(across, down);
}
