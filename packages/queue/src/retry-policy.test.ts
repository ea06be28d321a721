import { expect, test } from 'vitest';
import { uploadCheckDelayMs } from './retry-policy.ts';

test('looks for an upload ever less often, and never less than once a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map(uploadCheckDelayMs)).toEqual([
    5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
  ]);
});
