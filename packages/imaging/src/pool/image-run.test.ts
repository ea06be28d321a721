import { expect, test } from 'vitest';
import {
  type EndReason,
  type EngineProcess,
  LightCpuExceededError,
  MemoryExceededError,
  ProcessDiedError,
} from './engine-process.ts';
import { createImageRun, type RunContext } from './image-run.ts';

const light = { lane: 'light', chargedBytes: 0 } as const;
const most = { lane: 'heavy', chargedBytes: 700 } as const;
const budget = { cpuMs: 1, wallMs: 1 };
const file = Buffer.alloc(0);

/** Processes that end when the test says it. */
function processes(rechargeMax = 0) {
  const admitted: { lane: string; chargedBytes: number; fresh: boolean; limitBytes?: number; hasLeft: boolean }[] = [];
  const ends: (() => void)[] = [];
  const context: RunContext = {
    roster: { giveBack: async () => {} },
    memory: { limitOf: (chargedBytes) => 100 + chargedBytes },
    watch: {
      watch(_process, { memoryBytes, cpuMs }) {
        // The first watch of a process; the second one is of its end.
        Object.assign(admitted.at(-1) ?? {}, { cpuMs, ...admitted.at(-1), limitBytes: memoryBytes });
        return () => {};
      },
    },
    admission: {
      async enter({ lane, chargedBytes, fresh }) {
        const entry = { lane, chargedBytes, fresh, hasLeft: false };
        admitted.push(entry);
        const ended = Promise.withResolvers<EndReason>();
        ends.push(() => ended.resolve('memory'));
        const process: Partial<EngineProcess> = {
          begin: () => {},
          drop: () => Promise.reject(new Error('The process was killed.')),
          ended: ended.promise,
        };
        const leave = () => {
          entry.hasLeft = true;
        };
        const recharge = (bytes: number) => {
          if (bytes > rechargeMax) return false;
          entry.chargedBytes = bytes;
          return true;
        };
        return { process: process as EngineProcess, isAwaited: false, recharge, leave };
      },
    },
  };
  return { context, admitted, ends };
}

const settled = () => new Promise(setImmediate);

/** Work that fails in this way, as often as there are errors, and then succeeds. */
const failing =
  (...errors: Error[]) =>
  async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  };

test('the memory of an image is charged until its process has ended', async () => {
  const { context, admitted, ends } = processes();
  const run = createImageRun(context, { ...most, file, budget });
  await expect(run.do(failing(new MemoryExceededError()), undefined)).rejects.toMatchObject({ code: 'too-complex' });
  await settled();
  expect(admitted[0]?.hasLeft).toBe(false);
  ends[0]?.();
  await settled();
  expect(admitted[0]?.hasLeft).toBe(true);
});

test('an image that needs more memory than predicted is admitted again with the most that one may use', async () => {
  const { context, admitted } = processes();
  const run = createImageRun(context, { ...light, file, budget, most });
  expect(await run.do(failing(new MemoryExceededError()), undefined)).toBe('done');
  expect(admitted).toMatchObject([
    { ...light, limitBytes: 100 },
    { ...most, limitBytes: 800, fresh: false },
  ]);
});

test.each([
  ['it has had the most that one may use', { most }, 2],
  ['its work has no second try', {}, 1],
])('an image that needs too much memory is rejected if %s', async (_when, more, tries) => {
  const { context, admitted } = processes();
  const run = createImageRun(context, { ...light, file, budget, ...more });
  const work = failing(new MemoryExceededError(), new MemoryExceededError());
  await expect(run.do(work, undefined)).rejects.toMatchObject({ code: 'too-complex' });
  expect(admitted.length).toBe(tries);
});

test.each([
  ['goes on in its process', 100, [{ lane: 'light', chargedBytes: 70, hasLeft: false }]],
  [
    'waits for another process',
    60,
    [
      { lane: 'light', chargedBytes: 0, hasLeft: true },
      { lane: 'light', chargedBytes: 70, hasLeft: false },
    ],
  ],
])('an inspected image that is charged for more memory %s (%i at most)', async (_how, rechargeMax, expected) => {
  const { context, admitted, ends } = processes(rechargeMax);
  const run = createImageRun(context, { ...light, file, budget });
  await run.do(failing(), undefined);
  run.goOn({ budget }, { lane: 'light', chargedBytes: 70 });
  expect(await run.do(failing(), undefined)).toBe('done');
  ends[0]?.();
  await settled();
  expect(admitted).toMatchObject(expected);
  expect(admitted.at(-1)?.limitBytes).toBe(170);
});

test('an image that needs more memory than predicted may be stopped before it is admitted again', async () => {
  const { context, admitted } = processes();
  const busy = new Error('Other heavy images hold all slots.');
  const onHeavy = () => {
    throw busy;
  };
  const run = createImageRun(context, { ...light, file, budget, most, onHeavy });
  const died = new MemoryExceededError();
  // A summary beside the renditions ends with the same process.
  const works = await Promise.allSettled([run.do(failing(died), undefined), run.do(failing(died), undefined)]);
  expect(works).toEqual([
    { status: 'rejected', reason: busy },
    { status: 'rejected', reason: busy },
  ]);
  expect(admitted.length).toBe(1);
});

test('a second try for memory counts as no death', async () => {
  const { context, admitted } = processes();
  const run = createImageRun(context, { ...light, file, budget, most });
  const work = failing(new MemoryExceededError(), new ProcessDiedError());
  expect(await run.do(work, undefined)).toBe('done');
  expect(admitted.map(({ fresh }) => fresh)).toEqual([false, false, true]);
});

test('a light image that uses more CPU than light ones may is admitted again as a heavy one, with all of its budget', async () => {
  const { context, admitted } = processes();
  const run = createImageRun(context, { ...light, file, budget, lightCpuMs: 0.3, most });
  expect(await run.do(failing(new LightCpuExceededError()), undefined)).toBe('done');
  expect(admitted).toMatchObject([
    { ...light, cpuMs: 0.3 },
    { lane: 'heavy', chargedBytes: 0, cpuMs: 1, fresh: false },
  ]);
});
