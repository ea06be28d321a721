import { expect, test } from 'vitest';
import { encodeOrder } from './encode-order.ts';

const costs = (order: { cost: number }[]) => order.map(({ cost }) => cost);
const encodes = (...sizes: [pixels: number, cost: number][]) => sizes.map(([pixels, cost]) => ({ pixels, cost }));

test.each([
  ['nothing', encodes(), [], []],
  ['one', encodes([4, 4]), [4], [4]],
  ['two', encodes([9, 9], [4, 4]), [4, 9], [4, 9]],
  ['several', encodes([9, 9], [4, 4], [6, 6], [1, 1]), [1, 4, 6, 9], [1, 9, 4, 6]],
  ['a small one that takes longest', encodes([9, 3], [6, 8], [1, 1], [2, 2]), [1, 2, 8, 3], [1, 8, 2, 3]],
  ['the smallest takes longest', encodes([9, 3], [6, 2], [1, 7]), [7, 2, 3], [7, 3, 2]],
  ['equal ones', encodes([3, 3], [3, 3]), [3, 3], [3, 3]],
])('%s: smallest first, with the longest beside the first if there is a slot for it', (_case, given, alone, beside) => {
  expect(costs(encodeOrder(given, 1))).toEqual(alone);
  for (const slots of [2, 8]) expect(costs(encodeOrder(given, slots))).toEqual(beside);
});
