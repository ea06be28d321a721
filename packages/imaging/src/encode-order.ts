interface Encode {
  readonly pixels: number;
  /** Predicted CPU, in any unit. */
  readonly cost: number;
}

/**
 * The order in which encodes start: the smallest first, so that a first rendition is early, and the longest one beside it, so that it
 * does not run alone at the end. The others go smallest first. With one slot, nothing runs beside the longest: it is last.
 *
 * @param slots that an image can have at the same time
 */
export function encodeOrder<T extends Encode>(encodes: readonly T[], slots: number): T[] {
  const [smallest, ...others] = encodes.toSorted((a, b) => a.pixels - b.pixels || a.cost - b.cost);
  if (!smallest) return [];
  const longest = others.reduce<T | undefined>((a, b) => (a && a.cost > b.cost ? a : b), undefined);
  if (!longest || slots < 2) return [smallest, ...others];
  return [smallest, longest, ...others.filter((encode) => encode !== longest)];
}
