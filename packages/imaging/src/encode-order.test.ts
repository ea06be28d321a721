import { expect, test } from 'vitest';
import { encodeOrder } from './encode-order.ts';

const costs = (order: { cost: number }[]) => order.map(({ cost }) => cost);
const encodes = (...sizes: [pixels: number, cost: number][]) => sizes.map(([pixels, cost]) => ({ pixels, cost }));
/** Larger ones take longer. */
const ofCost = (...costs: number[]) => encodes(...costs.map((cost): [number, number] => [cost, cost]));

test.each([
  ['nothing', encodes(), [], []],
  ['one', encodes([4, 4]), [4], [4]],
  ['two', encodes([9, 9], [4, 4]), [4, 9], [4, 9]],
  ['several', encodes([9, 9], [4, 4], [3, 3], [1, 1]), [1, 3, 4, 9], [1, 9, 3, 4]],
  ['a small one that takes longest', encodes([9, 3], [6, 8], [1, 1], [2, 2]), [1, 2, 8, 3], [1, 8, 2, 3]],
  ['the smallest takes longest', encodes([9, 3], [6, 2], [1, 7]), [7, 2, 3], [7, 3, 2]],
  ['equal ones', encodes([3, 3], [3, 3]), [3, 3], [3, 3]],
])('%s: smallest first, with the longest beside the first if there is a slot for it', (_case, given, alone, beside) => {
  expect(costs(encodeOrder(given, 1))).toEqual(alone);
  for (const slots of [2, 8]) expect(costs(encodeOrder(given, slots))).toEqual(beside);
});

/** When the last one ends if each starts in the slot that is free first. */
function endOf(order: { cost: number }[], slots: number): number {
  const freeAt = new Array<number>(slots).fill(0);
  for (const { cost } of order) {
    const earliest = Math.min(...freeAt);
    freeAt[freeAt.indexOf(earliest)] = earliest + cost;
  }
  return Math.max(...freeAt);
}

test('a small encode waits if two large ones would else be the last, one after the other', () => {
  // The six renditions of most tutorials, of a source of two megapixels: smallest first would end after 267.
  const order = encodeOrder(ofCost(4, 10, 35, 100, 110, 190), 2);
  expect(costs(order)).toEqual([4, 190, 10, 100, 110, 35]);
  expect(endOf(order, 2)).toBe(225);
});

/** All sets of four to six of these costs. */
const sets = [4, 5, 6].flatMap((size) => subsets([1, 2, 5, 9, 14, 30, 31, 60, 100], size));

function subsets(of: number[], size: number): number[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, index) => subsets(of.slice(index + 1), size - 1).map((rest) => [first, ...rest]));
}

test.each([2, 3, 4])(
  'with %d slots, the end is at most 3 %% later than with the longest first, beside the smallest',
  (slots) => {
    for (const set of sets) {
      const [smallest = 0, ...others] = set;
      const longestFirst = ofCost(smallest, ...others.toReversed());
      const order = encodeOrder(ofCost(...set), slots);
      expect(costs(order).toSorted((a, b) => a - b)).toEqual(set);
      expect(endOf(order, slots)).toBeLessThanOrEqual(1.03 * endOf(longestFirst, slots));
    }
  },
);
