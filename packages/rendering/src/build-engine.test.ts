import { expect, test } from 'vitest';
import { availableBytes } from './build-engine.ts';

const GIB = 2 ** 30;

test.each([
  ['the limit of its container', 2 * GIB, 16 * GIB, 2 * GIB],
  ['half of the machine without a limit', 0, 16 * GIB, 8 * GIB],
  ['half of the machine with a limit beyond it', 2 ** 63, 16 * GIB, 8 * GIB],
])('a worker may use %s', (_what, constrained, total, expected) => {
  expect(availableBytes(constrained, total)).toBe(expected);
});
