import type { Fault } from '../fault.ts';
import { reconcileNow, withoutReconcile } from './reconcile-now.ts';

const sizes: Pick<Fault, 'full' | 'short'> = {
  full: { rounds: 10, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 180_000 },
  short: { rounds: 1, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 60_000 },
};

/** With one sync every second, Redis writes for up to two seconds before a slow disk makes it wait. */
const NOT_SYNCED_MS = 2_000;

/** A machine that loses its power also loses its page cache; one that survives keeps it. */
export const redisPowerLoss: Fault = {
  name: 'redis-power-loss',
  description:
    'Redis killed, and everything lost that it had written in the last two seconds, as without power, {rounds} times; then `imagemill reconcile`',
  ...sizes,
  unavailable: withoutReconcile,
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(1_000, 4_000));
      const keptBytes = await stack.redis.appendedBytes();
      await pause(NOT_SYNCED_MS);
      await stack.redis.restart({ keptBytes });
      say(`${round} of ${rounds} without power`);
    }
    await pause(1_000);
  },
  repair: reconcileNow,
};

/** The part of the file that is cut off at most, in percent. */
const CUT_PERCENT_MAX = 60;

export const redisTruncatedAof: Fault = {
  name: 'redis-truncated-aof',
  description:
    'Redis killed, and up to 60 % of its append-only file cut off at any byte, {rounds} times; then `imagemill reconcile`',
  ...sizes,
  unavailable: withoutReconcile,
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(2_000, 5_000));
      const share = 1 - random.whole(1, CUT_PERCENT_MAX) / 100;
      await stack.redis.restart({ keptBytes: Math.floor((await stack.redis.appendedBytes()) * share) });
      say(`${round} of ${rounds} truncated`);
    }
    await pause(1_000);
  },
  repair: reconcileNow,
};
