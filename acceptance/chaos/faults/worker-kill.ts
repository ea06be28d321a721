import type { Fault } from '../fault.ts';

const EVERY_MS = 2_000;

export const workerKill: Fault = {
  name: 'worker-kill',
  description: '`kill -9` of a random worker every 2 s, {rounds} times',
  full: { rounds: 100, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 180_000 },
  short: { rounds: 3, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 100_000 },
  stack: { workers: 3 },
  async inject({ stack, random, rounds, pause, lostWorker, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(EVERY_MS);
      const worker = random.pick(stack.workers);
      const pid = await worker.up();
      lostWorker(pid);
      worker.send('SIGKILL');
      say(`${round} of ${rounds} killed`);
    }
  },
  missed: ({ deadLetters }) => Object.entries(deadLetters).map(([code, count]) => `${count} dead letters with ${code}`),
};
