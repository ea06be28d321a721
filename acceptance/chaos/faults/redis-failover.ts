import type { Chaos, Fault } from '../fault.ts';
import { reconcileNow, withoutReconcile } from './reconcile-now.ts';

const POLL_MS = 50;
/** A failover that is faster than the API notices is over. */
const NOTICED_WITHIN_MS = 6_000;

/** @returns milliseconds until the API reached Redis again */
async function untilReady({ stack, pause }: Chaos): Promise<number> {
  const since = performance.now();
  const isReady = async () => (await fetch(`${stack.apiUrl}/readyz`).catch(() => undefined))?.status === 200;
  while ((await isReady()) && performance.now() - since < NOTICED_WITHIN_MS) await pause(POLL_MS);
  while (!(await isReady())) await pause(POLL_MS);
  return performance.now() - since;
}

const seconds = (ms: readonly number[]) => (Math.max(...ms) / 1000).toFixed(1);

export const redisFailover: Fault = {
  name: 'redis-failover',
  description:
    'the primary of two Redis servers under three sentinels killed with `kill -9`, {rounds} times; then `imagemill reconcile`',
  full: { rounds: 10, withinMs: 1_200_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 240_000 },
  short: { rounds: 1, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 150_000 },
  stack: { failsOver: true },
  unavailable: withoutReconcile,
  async inject(chaos) {
    const { stack, random, rounds, pause, say, note } = chaos;
    const [chosen, ready]: [number[], number[]] = [[], []];
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(2_000, 5_000));
      const [another, api] = await Promise.all([stack.failover?.killPrimary(), untilReady(chaos)]);
      chosen.push(another ?? 0);
      ready.push(api);
      say(`${round} of ${rounds} killed; the API was ready again after ${seconds([api])} s`);
    }
    note(
      `another server was the primary after at most ${seconds(chosen)} s, and the API ready again after at most ${seconds(ready)} s`,
    );
    await pause(1_000);
  },
  repair: reconcileNow,
};
