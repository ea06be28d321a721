import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Bars at opposite sides, a whole frame, or a bar with a text. A plain bar at one side alone is often a wall or a table. */
export function framed({ measured }: Examined): WarningOf<'framed'> | undefined {
  const sides = measured?.framed ?? [];
  const has = (...pair: readonly (typeof sides)[number][]) => pair.every((side) => sides.includes(side));
  const isLettered = (measured?.lettered ?? []).length > 0;
  return isLettered || has('top', 'bottom') || has('left', 'right') ? { code: 'framed', sides } : undefined;
}
