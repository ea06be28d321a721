import { expect, test } from 'vitest';
import type { EndReason, EngineProcess } from './engine-process.ts';
import { createRoster } from './roster.ts';

/** A roster of processes that only exist here, and have this much memory. */
async function rosterOf(size: number, memoryBytes = 0) {
  let started = 0;
  const roster = createRoster({
    size,
    imagesMax: 1_000,
    idleBytesMax: 1,
    onIdle: () => {},
    onEvent: undefined,
    usage: {
      everyMs: 1,
      read: async ([pid = 0]) => new Map([[pid, { cpuMs: 0, memoryBytes }]]),
      forget: () => {},
    },
    async spawn() {
      started += 1;
      const ended = Promise.withResolvers<EndReason>();
      return {
        pid: started,
        images: 0,
        isSlow: false,
        kill: ended.resolve,
        ended: ended.promise,
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

test.each([
  ['has more memory than an idle one may have', 2, 2],
  ['has as much as it may have', 1, 1],
])('a process is replaced after an image if it %s', async (_when, memoryBytes, starts) => {
  const { roster, take, started } = await rosterOf(1, memoryBytes);
  await roster.giveBack(take());
  await settled();
  expect(started()).toBe(starts);
});

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
