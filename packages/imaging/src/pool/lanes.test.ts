import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { variantSets } from '@imagemill/variants';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { heaviestCoding } from '../cost/coding.ts';
import { predictCost } from '../cost/predict-cost.ts';
import { misbehavingProgram, runImage } from '../test-support/misbehaviour.ts';
import { variantSet } from '../test-support/render.ts';
import { createEnginePool, type EnginePool } from './create-engine-pool.ts';
import { createLanePrediction, heavyImagesMax, laneOf } from './lanes.ts';
import { niceness } from './lower-priority.ts';
import { CALLER_BYTES, createImageMemory, IMAGE_BYTES, processesWithin, shareMemory } from './memory-shares.ts';
import type { PoolEvent } from './pool-event.ts';

const MIB = 1024 * 1024;
const set = variantSet({ format: 'webp' });
const avif = { format: 'avif', orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 2_500 } as const;

test('an image is heavy by its memory or by its CPU', () => {
  const memory = { lightBytesMax: 100 };
  expect(laneOf({ cpuMs: 4_999, memoryBytes: 133 }, memory)).toBe('light');
  expect(laneOf({ cpuMs: 5_001, memoryBytes: 0 }, memory)).toBe('heavy');
  expect(laneOf({ cpuMs: 0, memoryBytes: 134 }, memory)).toBe('heavy');
});

test('only a file that was inspected is rejected for what its decoder would hold', () => {
  const shares = shareMemory(1024 * MIB, 3);
  const lanes = createLanePrediction(createImageMemory(shares, 4096 * MIB));
  const source = { ...avif, width: 9_000, height: 9_000 };
  const file = Buffer.alloc(0);
  expect(lanes.predict(file, { source, set }).lane).toBe('heavy');
  lanes.inspected(file, heaviestCoding(source));
  expect(() => lanes.predict(file, { source, set })).toThrow(expect.objectContaining({ code: 'too-complex' }));
  expect(lanes.predict(file, { source: { ...source, width: 900 }, set }).lane).toBe('light');
});

const photograph = {
  channels: 3,
  bytesPerChannel: 1,
  isSubsampled: true,
  isProgressive: false,
  scans: 1,
  tiles: 0,
  strips: 0,
  metadataBytes: 60_000,
  isConverted: false,
  isWideGamut: true,
};

test.each([
  [1_620, 3],
  [2_048, 3],
  [3_072, 5],
])('photographs of up to 24 megapixels are light in a worker of %i MiB with %i processes', (workerMib, processes) => {
  // Four originals of 50 MiB, and the face detector.
  const poolBytes = (workerMib - 4 * 50 - 128) * MIB - CALLER_BYTES;
  expect(processesWithin(poolBytes, processes)).toBe(processes);
  const lanes = createLanePrediction(createImageMemory(shareMemory(poolBytes, processes), 2_048 * MIB));
  const sources = [
    [900, 900, 'png'],
    [4_000, 3_000, 'jpeg'],
    [6_000, 4_000, 'jpeg'],
  ] as const;
  for (const [category, standard] of variantSets()) {
    for (const [width, height, format] of sources) {
      const source = { ...avif, format, width, height, hasAlpha: format === 'png' };
      const file = Buffer.alloc(0);
      lanes.inspected(file, { ...photograph, channels: format === 'png' ? 4 : 3 });
      expect(lanes.predict(file, { source, set: standard }).lane, `${width} ${format} ${category}`).toBe('light');
    }
  }
});

describe.each([1_620, 2_048, 3_072])('in a worker of %i MiB with three processes', (workerMib) => {
  const shares = shareMemory((workerMib - 4 * 50 - 128) * MIB - CALLER_BYTES, 3);
  const memory = createImageMemory(shares, 2_048 * MIB);
  const standard = variantSets().get('product') ?? [];
  const kinds = [
    ['jpeg', {}],
    ['jpeg', { isProgressive: true, scans: 10 }],
    ['png', { isSubsampled: false }],
    ['png', { isSubsampled: false, channels: 4 }],
    ['png', { isSubsampled: false, channels: 4, bytesPerChannel: 2, isProgressive: true }],
    ['webp', { channels: 4 }],
    ['tiff', { isSubsampled: false, bytesPerChannel: 2 }],
    ['gif', {}],
    ['avif', { channels: 4 }],
    ['heic', { isConverted: true }],
    ['jxl', { isConverted: true }],
    ['bmp', { isConverted: true }],
  ] as const;
  const images = kinds.flatMap(([format, change]) =>
    [3, 12, 24, 50, 100].map((megapixels) => {
      const side = Math.round(Math.sqrt(megapixels) * 1_000);
      const coding = { ...photograph, ...change };
      const source = { ...avif, format, width: side, height: side, hasAlpha: coding.channels === 4, bytes: 8 * MIB };
      return { name: `${format} ${JSON.stringify(change)} ${megapixels} MP`, source, coding };
    }),
  );

  function predict({ source, coding }: (typeof images)[number]) {
    const cost = predictCost({ source, coding, set: standard });
    const lanes = createLanePrediction(memory);
    const file = Buffer.alloc(0);
    lanes.inspected(file, coding);
    try {
      return { cost, grant: lanes.predict(file, { source, set: standard }) };
    } catch {
      return { cost, grant: undefined };
    }
  }

  test('only an image whose decoder alone needs more than one image may use is rejected by its header', () => {
    for (const image of images) {
      const { cost, grant } = predict(image);
      expect(grant === undefined, image.name).toBe(cost.heldBytes > memory.bytesMax);
    }
  });

  test('an image borrows from the light lane only if it is likely to need it, and then gets what it may need', () => {
    let borrowing = 0;
    for (const image of images) {
      const { cost, grant } = predict(image);
      if (!grant) continue;
      const borrows = grant.lane === 'heavy' && grant.chargedBytes > shares.laneBytes.heavy;
      const isLikely = 0.65 * cost.memoryBytes > IMAGE_BYTES + shares.laneBytes.heavy;
      expect(borrows, image.name).toBe(grant.lane === 'heavy' && isLikely);
      if (!borrows) continue;
      borrowing += 1;
      expect(IMAGE_BYTES + grant.chargedBytes, image.name).toBe(Math.min(memory.bytesMax, cost.memoryBytes));
    }
    expect(borrowing).toBeGreaterThan(0);
  });
});

test('a PNG of 12 megapixels with alpha runs in a worker of 1,620 MiB: it takes 351 MiB, more than heavy images have', () => {
  const shares = shareMemory((1_620 - 4 * 50 - 128) * MIB - CALLER_BYTES, 3);
  const lanes = createLanePrediction(createImageMemory(shares, 2_048 * MIB));
  const file = Buffer.alloc(0);
  lanes.inspected(file, { ...photograph, channels: 4, isSubsampled: false });
  const source = { ...avif, format: 'png', width: 4_000, height: 3_000, hasAlpha: true } as const;
  const { chargedBytes } = lanes.predict(file, { source, set: variantSets().get('product') ?? [] });
  expect(IMAGE_BYTES + shares.laneBytes.heavy).toBeLessThan(351 * MIB);
  expect(IMAGE_BYTES + chargedBytes).toBeGreaterThan(351 * MIB);
});

test('heavy images hold at most half of the processes, and at least one', () => {
  expect([1, 2, 3, 4, 9].map(heavyImagesMax)).toEqual([1, 1, 1, 2, 4]);
});

describe('heavy images', () => {
  const events: PoolEvent[] = [];
  const heavy = { at: 'decode', by: 'pausing', megapixels: 90 } as const;
  const light = { at: 'inspect', by: 'nothing' } as const;
  let pool: EnginePool;
  beforeAll(async () => {
    // Memory for one image of 90 megapixels, and processes for two.
    const options = { processes: 3, slots: 3, program: misbehavingProgram, memoryBytes: 2048 * MIB };
    pool = await createEnginePool({ ...options, onEvent: (event) => void events.push(event) });
  });
  afterAll(() => pool.close());

  const lines = () => events.filter((event) => event.is === 'log').length;
  const pidOfLine = (line: number) => events.filter((event) => event.is === 'log')[line]?.pid ?? 0;

  test('never hold every process, and wait for the memory of each other', async () => {
    const from = lines();
    const abort = new AbortController();
    const all = [1, 2].map(() => runImage(pool, { ...heavy, by: 'burning' }, abort.signal));
    const ended = Promise.allSettled(all);
    await vi.waitUntil(() => lines() > from);
    // The first one never ends.
    expect(await runImage(pool, light)).toBe(5);
    expect(lines() - from).toBe(1);
    abort.abort();
    await ended;
  });

  test.runIf(process.platform === 'linux')(
    'run at a lower priority, on all threads, in a process that is replaced',
    async () => {
      const prioritiesOf = (pid: number) => {
        const threads = readdirSync(`/proc/${pid}/task`).map(Number);
        expect(threads.length).toBeGreaterThan(1);
        return new Set(threads.map((thread) => getPriority(thread)));
      };
      const [beside] = events.filter((event) => event.is === 'started').slice(-1);
      if (!beside) throw new Error('No process has started.');
      expect(prioritiesOf(beside.pid)).toEqual(new Set([niceness.light]));
      const from = lines();
      const run = runImage(pool, heavy);
      await vi.waitUntil(() => lines() > from);
      const pid = pidOfLine(from);
      expect(prioritiesOf(pid)).toEqual(new Set([niceness.heavy]));
      await run;
      await vi.waitUntil(() =>
        events.some((event) => event.is === 'ended' && event.pid === pid && event.reason === 'replaced'),
      );
    },
  );
});
