import { expect, test } from 'vitest';
import { uploadCheckDelayMs } from './retry-policy.ts';

test('looks for an upload ever less often, and never less than once a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map((checks) => uploadCheckDelayMs(checks))).toEqual([
    5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
  ]);
});

test('looks for parts, whose end is always reported, never less than every ten minutes', () => {
  expect([1, 5, 7, 8, 50].map((checks) => uploadCheckDelayMs(checks, { inParts: true }))).toEqual([
    5_000, 80_000, 320_000, 600_000, 600_000,
  ]);
});
