import type { Fault } from '../fault.ts';

const ENDED_WITHIN_MS = 45_000;
const POLL_MS = 100;

export const workerTerm: Fault = {
  name: 'worker-term',
  description: 'SIGTERM to a random worker under load, {rounds} times; it must exit with code 0',
  full: { rounds: 20, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 120_000 },
  short: { rounds: 2, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 60_000 },
  async inject({ stack, random, rounds, pause, say, fail }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(1_000, 3_000));
      const worker = random.pick(stack.workers);
      await worker.up();
      const before = worker.exits.length;
      worker.send('SIGTERM');
      const askedAt = Date.now();
      while (worker.exits.length === before && Date.now() - askedAt < ENDED_WITHIN_MS) await pause(POLL_MS);
      const exit = worker.exits[before];
      if (exit?.code !== 0) fail(`after SIGTERM a worker ended with ${JSON.stringify(exit ?? 'no exit')}`);
      say(`${round} of ${rounds} ended after ${Date.now() - askedAt} ms`);
    }
  },
  missed: ({ attemptsUsed, interruptedJobs }) => [
    ...(attemptsUsed === 0 ? [] : [`${attemptsUsed} images lost an attempt`]),
    ...(interruptedJobs === 0 ? [] : [`${interruptedJobs} jobs were interrupted`]),
  ],
};
