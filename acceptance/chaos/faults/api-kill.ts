import type { Fault } from '../fault.ts';

export const apiKill: Fault = {
  name: 'api-kill',
  description: '`kill -9` of the API while it serves requests, {rounds} times',
  full: { rounds: 50, withinMs: 600_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 120_000 },
  short: { rounds: 3, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 60_000 },
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await stack.api.up();
      await pause(random.whole(300, 2_000));
      stack.api.send('SIGKILL');
      say(`${round} of ${rounds} killed`);
    }
    await stack.api.up();
  },
};
