import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';
import type { EngineProcess } from './engine-process.ts';
import {
  createImageMemory,
  IMAGE_BYTES,
  LIGHT_BYTES_MAX,
  PROCESS_BYTES,
  processesWithin,
  shareMemory,
} from './memory-shares.ts';

const MIB = 1024 * 1024;
/** One process with the smallest shares. */
const LEAST_MIB = 288;

const settled = () => new Promise(setImmediate);

/** Admits images to a pool whose processes only exist here. */
function workerOf(poolMib: number, processesMax: number, { imageMib = 4_096, marksMib = 0 }) {
  const size = processesWithin(poolMib * MIB, processesMax, marksMib * MIB);
  const shares = shareMemory(poolMib * MIB, size, marksMib * MIB);
  const memory = createImageMemory(shares, imageMib * MIB);
  const roster = {
    size,
    idle: Array.from(
      { length: size },
      (): EngineProcess => ({ holds: () => false }) as Partial<EngineProcess> as EngineProcess,
    ),
    grow() {},
    take: (taken: EngineProcess) => {
      roster.idle = roster.idle.filter((other) => other !== taken);
    },
  };
  const lanes = { heavyMax: size, laneBytesMax: shares.laneBytes, loanBytesMax: shares.loanBytes };
  const admission = createAdmission({ roster, ...lanes, waitingMax: 100 });
  const limits = new Map<EngineProcess, number>();
  const ends: (() => void)[] = [];
  return {
    /** What all processes may have at this moment before one of them is killed or replaced. */
    mostBytes: () =>
      [...limits.values()].reduce(
        (sum, bytes) => sum + bytes,
        roster.idle.length * (shares.processBytes + shares.imageBytes),
      ),
    async enter(lane: 'light' | 'heavy', memoryMib: number) {
      const chargedBytes = memory.chargeOf(lane, memoryMib * MIB);
      // A light image is inspected first.
      const first = { lane, chargedBytes: lane === 'light' ? 0 : chargedBytes };
      const request = { ...first, fresh: false, file: Buffer.alloc(0), signal: undefined };
      const { process, recharge, leave } = await admission.enter(request);
      limits.set(process, memory.limitOf(recharge(chargedBytes) ? chargedBytes : 0));
      ends.push(() => {
        limits.delete(process);
        roster.idle = [...roster.idle, process];
        leave();
        admission.admit();
      });
    },
    end: (index: number) => ends.splice(index % Math.max(1, ends.length), 1)[0]?.(),
  };
}

test('whatever images are admitted, the limits of all processes together stay within the memory of the pool', async () => {
  const step = fc.oneof(
    fc.record({
      lane: fc.constantFrom('light' as const, 'heavy' as const),
      memoryMib: fc.integer({ min: 0, max: 6_000 }),
    }),
    fc.nat(20),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: LEAST_MIB, max: 8_192 }),
      fc.integer({ min: 1, max: 12 }),
      fc.record({ imageMib: fc.integer({ min: 16, max: 4_096 }), marksMib: fc.nat(50) }),
      fc.array(step, { maxLength: 30 }),
      async (spareMib, processes, options, steps) => {
        const poolMib = spareMib + options.marksMib;
        const worker = workerOf(poolMib, processes, options);
        for (const next of steps) {
          if (typeof next === 'number') worker.end(next);
          else void worker.enter(next.lane, next.memoryMib);
          await settled();
          expect(worker.mostBytes()).toBeLessThanOrEqual(poolMib * MIB);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  [287, 3, 1],
  [751, 3, 1],
  [752, 3, 2],
  [959, 3, 2],
  [960, 3, 3],
  [3072, 9, 9],
])('%i MiB are enough for a light and a heavy image and some of %i processes: %i', (poolMib, wanted, processes) => {
  expect(processesWithin(poolMib * MIB, wanted)).toBe(processes);
});

test('a light image may use enough for a photograph of 24 megapixels, whatever the heavy ones use', () => {
  for (const poolMib of [416, 752, 960, 1_200, 4_096]) {
    const size = processesWithin(poolMib * MIB, 3);
    const memory = createImageMemory(shareMemory(poolMib * MIB, size), 4_096 * MIB);
    expect(memory.lightBytesMax).toBe(LIGHT_BYTES_MAX);
    expect(memory.chargeOf('light', 4_096 * MIB)).toBe(LIGHT_BYTES_MAX - IMAGE_BYTES);
  }
});

test('one image may use what every process has for one, all of the heavy lane, and half of the light one, within its own limit', () => {
  const shares = shareMemory(2_048 * MIB, 3);
  const { bytesMax, chargeOf, limitOf } = createImageMemory(shares, 4_096 * MIB);
  expect(bytesMax).toBe(IMAGE_BYTES + shares.laneBytes.heavy + shares.loanBytes);
  expect(shares.loanBytes).toBe(Math.floor(shares.laneBytes.light / 2));
  expect(limitOf(chargeOf('heavy', 4_096 * MIB))).toBe(PROCESS_BYTES + bytesMax);
  const limited = createImageMemory(shares, 100 * MIB);
  expect(limited.limitOf(limited.chargeOf('heavy', 4_096 * MIB))).toBe(PROCESS_BYTES + 100 * MIB);
  expect(limited.limitOf(limited.chargeOf('light', 4_096 * MIB))).toBe(PROCESS_BYTES + 100 * MIB);
});

test('the only process may use all that is left for its image', () => {
  const memory = createImageMemory(shareMemory(LEAST_MIB * MIB, 1), 4_096 * MIB);
  expect(memory.bytesMax).toBe(LEAST_MIB * MIB - PROCESS_BYTES);
  expect(memory.lightBytesMax).toBe(memory.bytesMax);
});
