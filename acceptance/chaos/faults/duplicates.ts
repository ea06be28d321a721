import type { Fault } from '../fault.ts';

const TIMES = 10;
/** Long enough for copies to arrive before, during and after the render. */
const SPREAD_MS = 5_000;

export const duplicates: Fault = {
  name: 'duplicates',
  description: 'every completion and every bucket event delivered 10 times, shuffled, for {rounds} s',
  full: { rounds: 60, withinMs: 400_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 90_000 },
  short: { rounds: 8, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 500, settleWithinMs: 60_000 },
  async inject({ load, random, rounds, pause, deliverEvents }) {
    deliverEvents(() => Array.from({ length: TIMES }, () => random.whole(0, SPREAD_MS)));
    load.hooks.completions = TIMES;
    await pause(rounds * 1_000);
  },
  missed: ({ restartedRenders }) =>
    restartedRenders === 0 ? [] : [`${restartedRenders} renders were started again although no worker died`],
};
