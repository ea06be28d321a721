import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../../fault.ts';

const preload = new URL('./kill-engines.ts', import.meta.url).href;
const poisonFile = (dir: string) => join(dir, 'poison');
const EVERY_MS = 2_000;

export const poison: Fault = {
  name: 'poison',
  description: '{rounds} images that crash every engine process that gets them',
  full: { rounds: 10, withinMs: 1_200_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 600_000 },
  short: { rounds: 1, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 600, settleWithinMs: 170_000 },
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
          upload.expected = 'crashed';
          const sha256 = createHash('sha256').update(upload.picture.bytes).digest('hex');
          await appendFile(poisonFile(stack.dir), `${sha256}\n`);
          resolve();
        };
      });
      await isIn;
      say(`${round} of ${rounds} uploaded`);
      await pause(EVERY_MS);
    }
  },
  // A poisoned image with another outcome, and an innocent one that was rejected, are wrong pictures: a goal of every fault.
  missed: ({ deadLetters, poisoned, restartedRenders }) => [
    ...(Object.keys(deadLetters).length === 0 ? [] : ['images became dead letters']),
    ...(poisoned > 0 ? [] : ['no poisoned image was uploaded']),
    ...(restartedRenders === 0 ? [] : [`${restartedRenders} images started again: a worker died`]),
  ],
};
