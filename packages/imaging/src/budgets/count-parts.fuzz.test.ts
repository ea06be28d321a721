import { describe, expect, test } from 'vitest';
import { RejectedImageError } from '../errors.ts';
import { onlyFirstDirectory } from '../source/first-directory.ts';
import { firstFrame } from '../source/first-frame.ts';
import { bmp } from '../test-support/bmp.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { leastThreadCpuMs } from '../test-support/least-cpu.ts';
import { animation, createRandom } from '../test-support/pictures.ts';
import { defaultBudgets } from './budgets.ts';
import { codedPixels } from './coded-pixels.ts';
import { countParts } from './count-parts.ts';

const frames = [30, 120, 210].map((level) => ({ colour: [level, 90, 255 - level] as const, delayMs: 40 }));
const seeds: [string, () => Buffer | Promise<Buffer>][] = [
  ['a JPEG', () => hostile.largeProfileJpeg(200_000)],
  ['a PNG', () => hostile.inflatingPng('iTXt', 5_000, 3)],
  ['a WebP', () => animation(9, 6, frames, 'webp')],
  ['a GIF', () => animation(9, 6, frames, 'gif')],
  ['a TIFF', () => hostile.manySubDirectoriesTiff(4)],
  ['a chain of TIFF directories', () => hostile.manyDirectoriesTiff(20)],
  ['a BMP', () => bmp({ width: 3, height: 2, bits: 24, size: 124, data: Buffer.alloc(24), profile: Buffer.alloc(64) })],
  ['an AVIF', () => hostile.overlappingItemsAvif(4, 50)],
  ['an AVIF grid', () => hostile.gridAvif({ columns: 4, rows: 2, tile: 64 })],
];
const ROUNDS = 1_000;
const CPU_MS_MAX = 5_000;

describe(`${ROUNDS} mutations are counted or rejected without another error, in bounded time:`, () => {
  test.each(seeds)('%s', async (_kind, make) => {
    const original = await make();
    const random = createRandom(original.length);
    const outcomes = new Set<string>();
    const mutate = () => {
      for (let round = 0; round < ROUNDS; round++) outcomes.add(outcomeOf(mutated(original, random)));
    };
    expect(leastThreadCpuMs(mutate, CPU_MS_MAX)).toBeLessThan(CPU_MS_MAX);
    expect([...outcomes]).toContain('counted');
  });
});

function outcomeOf(bytes: Buffer): string {
  onlyFirstDirectory(firstFrame(bytes));
  try {
    countParts(bytes, defaultBudgets);
    codedPixels(bytes);
    return 'counted';
  } catch (error) {
    if (error instanceof RejectedImageError) return error.code;
    throw error;
  }
}

/** Changes bytes, cuts the file, or sets a length to an extreme value. */
function mutated(original: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(original);
  const anywhere = () => Math.floor(random() ** 2 * (bytes.length - 4));
  for (let change = 0; change <= random() * 6; change++) {
    if (random() < 0.7) bytes.writeUInt8(Math.floor(random() * 256), anywhere());
    else bytes.writeUInt32BE(random() < 0.5 ? 0xffff_ffff : Math.floor(random() * bytes.length), anywhere());
  }
  return random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}
