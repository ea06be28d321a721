import { expect, test } from 'vitest';
import { nextLookDelayMs } from './look-schedule.ts';

/** The delays between the looks of a ticket whose first look is after 5 s. */
function delays(looks: number, inParts: boolean): number[] {
  let ageMs = 5_000;
  return Array.from({ length: looks }, () => {
    const delayMs = nextLookDelayMs(ageMs, { inParts });
    ageMs += delayMs;
    return delayMs;
  });
}

test('looks for an upload with growing delays of at most one minute', () => {
  expect(delays(6, false)).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

test('looks for a multipart upload with delays of at most ten minutes', () => {
  expect(delays(9, true).slice(-4)).toEqual([160_000, 320_000, 600_000, 600_000].slice(-4));
});

test('looks with a delay if the clock of the ticket is ahead', () => {
  expect(nextLookDelayMs(-60_000, { inParts: false })).toBe(5_000);
});
