import { expect, test } from 'vitest';
import { uploadCheckDelayMs } from './retry-policy.ts';

test('checks for an upload with growing delays of at most one minute', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map((checks) => uploadCheckDelayMs(checks))).toEqual([
    5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
  ]);
});

test('checks for a multipart upload with delays of at most ten minutes', () => {
  expect([1, 5, 7, 8, 50].map((checks) => uploadCheckDelayMs(checks, { inParts: true }))).toEqual([
    5_000, 80_000, 320_000, 600_000, 600_000,
  ]);
});
