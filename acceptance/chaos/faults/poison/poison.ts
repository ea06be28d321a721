import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../../fault.ts';

const preload = new URL('./kill-on-read.ts', import.meta.url).href;
const poisonFile = (dir: string) => join(dir, 'poison');
const EVERY_MS = 2_000;

export const poison: Fault = {
  name: 'poison',
  description: '{rounds} images that crash every worker that reads them',
  full: { rounds: 10, withinMs: 1_200_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 600_000 },
  short: { rounds: 1, withinMs: 280_000, pictureSideMax: 400, uploadEveryMs: 600, settleWithinMs: 170_000 },
  stack: {
    workers: 3,
    workerEnv: (dir) => ({ NODE_OPTIONS: `--import ${preload}`, POISON_FILE: poisonFile(dir) }),
    prepare: (dir) => writeFile(poisonFile(dir), ''),
  },
  async inject({ stack, load, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      const isIn = new Promise<void>((resolve) => {
        load.hooks.onTicket = async (upload) => {
          if (upload.picture.expected !== 'ready') return;
          load.hooks.onTicket = undefined;
          upload.expected = 'failed';
          await appendFile(poisonFile(stack.dir), `${upload.imageId}\n`);
          resolve();
        };
      });
      await isIn;
      say(`${round} of ${rounds} uploaded`);
      await pause(EVERY_MS);
    }
  },
  missed: ({ deadLetters, redriven, poisoned }) => [
    ...(deadLetters['crashed-worker'] === poisoned
      ? []
      : [`${poisoned} poisoned images, but a different number of crashed-worker dead letters`]),
    ...(redriven.count === 0 ? [] : [`${redriven.count} other images became dead letters`]),
  ],
};
