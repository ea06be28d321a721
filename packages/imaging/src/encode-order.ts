interface Encode {
  readonly pixels: number;
  /** Predicted CPU, in any unit. */
  readonly cost: number;
}

/** The last encode may end this much later, so that small ones end earlier. */
const LATER_MAX = 1.03;

/**
 * The order in which encodes start: the smallest first, so that a first rendition is early, and the longest beside it, so that it
 * does not run alone at the end. The others go smallest first as long as the last one does not end much later for it: a small encode may
 * wait, to fill a slot beside a large one. With one slot, nothing runs beside another: the order is that of the sizes.
 *
 * @param slots that an image can have at the same time
 */
export function encodeOrder<T extends Encode>(encodes: readonly T[], slots: number): T[] {
  const [smallest, ...others] = encodes.toSorted((a, b) => a.pixels - b.pixels || a.cost - b.cost);
  if (!smallest) return [];
  const longest = others.reduce<T | undefined>((a, b) => (a && a.cost > b.cost ? a : b), undefined);
  if (!longest || slots < 2) return [smallest, ...others];
  const order = [smallest, longest];
  let freeAt = order.reduce(afterStart, new Array<number>(slots).fill(0));
  let waiting = others.filter((encode) => encode !== longest);
  const end = LATER_MAX * earliestEnd(freeAt, waiting);
  while (waiting.length > 0) {
    const started = waiting.map((next) => ({
      next,
      freeAt: afterStart(freeAt, next),
      waiting: waiting.filter((encode) => encode !== next),
    }));
    // The longest of them keeps the end, as that was predicted with it first.
    const inTime = started.find((state) => earliestEnd(state.freeAt, state.waiting) <= end);
    if (!inTime) return [...order, ...waiting];
    order.push(inTime.next);
    ({ freeAt, waiting } = inTime);
  }
  return order;
}

/** When each slot is free, after one more encode has started in the first free one. */
function afterStart(freeAt: readonly number[], { cost }: Encode): number[] {
  const slot = freeAt.indexOf(Math.min(...freeAt));
  return freeAt.with(slot, (freeAt[slot] ?? 0) + cost);
}

/** The end of the last encode if the longest ones go first, which is at most a third above the best end: https://doi.org/10.1137/0117039 */
const earliestEnd = (freeAt: readonly number[], waiting: readonly Encode[]): number =>
  Math.max(...waiting.toSorted((a, b) => b.cost - a.cost).reduce(afterStart, [...freeAt]));
