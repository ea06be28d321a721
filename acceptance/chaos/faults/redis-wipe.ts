import type { Fault } from '../fault.ts';
import { reconcileNow, withoutReconcile } from './reconcile-now.ts';

export const redisWipe: Fault = {
  name: 'redis-wipe',
  description:
    'Redis emptied, alternately by FLUSHALL and by a restart without files, {rounds} times; then `imagemill reconcile`',
  full: { rounds: 10, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 180_000 },
  short: { rounds: 2, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 60_000 },
  unavailable: withoutReconcile,
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(2_000, 5_000));
      if (round % 2 === 1) await stack.redis.flushAll();
      else await stack.redis.restart({ wiped: true });
      say(`${round} of ${rounds} wiped`);
    }
    await pause(1_000);
  },
  async repair(chaos) {
    // Once more after the last upload: no event can restore these jobs.
    await chaos.stack.redis.flushAll();
    await reconcileNow(chaos);
  },
};
