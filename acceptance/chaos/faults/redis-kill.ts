import type { Fault } from '../fault.ts';

/** The default is 300. A shorter interval finds the same faults sooner. */
const RECONCILE_INTERVAL_SECONDS = '30';

export const redisKill: Fault = {
  name: 'redis-kill',
  description:
    'Redis killed with `kill -9` and restarted from its append-only file (fsync every second), {rounds} times',
  full: { rounds: 20, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 240_000 },
  short: { rounds: 2, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 150_000 },
  stack: { workerEnv: () => ({ RECONCILE_INTERVAL_SECONDS }) },
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(2_000, 5_000));
      await stack.redis.restart();
      say(`${round} of ${rounds} killed`);
    }
    await pause(1_000);
  },
};
