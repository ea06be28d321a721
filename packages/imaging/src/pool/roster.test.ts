import { expect, test } from 'vitest';
import type { EngineProcess } from './engine-process.ts';
import { createRoster } from './roster.ts';

/** A roster of processes that only exist here. */
async function rosterOf(size: number) {
  let started = 0;
  const roster = createRoster({
    ...{ size, imagesMax: 1_000, idleBytesMax: 1, onIdle: () => {}, onEvent: undefined },
    usage: { everyMs: 1, read: async () => new Map() },
    async spawn() {
      started += 1;
      return {
        pid: started,
        images: 0,
        isSlow: false,
        ended: new Promise(() => {}),
      } as Partial<EngineProcess> as EngineProcess;
    },
  });
  await roster.open();
  const take = () => {
    const [process] = roster.idle;
    if (!process) throw new Error('No process is idle.');
    roster.take(process);
    return process;
  };
  return { roster, take, started: () => started };
}

const settled = () => new Promise(setImmediate);

test('after ten images, a process is started when the last idle one is taken, up to their number', async () => {
  const { roster, take, started } = await rosterOf(3);
  for (let images = 0; images < 10; images += 1) await roster.giveBack(take());
  expect(started()).toBe(1);
  for (const processes of [2, 3, 3]) {
    take();
    await settled();
    expect(started()).toBe(processes);
  }
});
