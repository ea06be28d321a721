import type { Fault } from '../fault.ts';

const misbehaviours = ['slow-down', 'hang', 'reset', 'cut-upload', 'cut-download'] as const;

/** Share of all requests: high enough to affect nearly every image, low enough for five attempts to succeed. */
const SHARE = 0.15;

export const storageFaults: Fault = {
  name: 'storage-faults',
  description:
    'every seventh storage request gets a 503, hangs, or has its connection reset or its body truncated, for {rounds} s',
  full: { rounds: 60, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 500, settleWithinMs: 300_000 },
  short: { rounds: 8, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 600, settleWithinMs: 120_000 },
  stack: { storageProxy: true },
  async inject({ stack, random, rounds, pause, say }) {
    let done = 0;
    stack.storageProxy?.misbehave(() => {
      if (!random.chance(SHARE)) return undefined;
      done += 1;
      return random.pick(misbehaviours);
    });
    await pause(rounds * 1_000);
    stack.storageProxy?.misbehave(undefined);
    say(`${done} requests were tampered with in ${rounds} s`);
  },
};
