import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEnginePool, type EnginePool } from './pool/create-engine-pool.ts';
import type { PoolEvent } from './pool/pool-event.ts';
import { bmp } from './test-support/bmp.ts';
import { heicSample } from './test-support/heic.ts';
import { jxlSample } from './test-support/jxl.ts';
import { animation, createRandom, gradientPicture } from './test-support/pictures.ts';
import { outcomeOf } from './test-support/rejection.ts';

const MUTATIONS = 10_000;
const BATCH = 10;

const frames = [30, 120, 210].map((level) => ({ colour: [level, 90, 255 - level] as const, delayMs: 40 }));
const small = () => gradientPicture(48, 32);
const seeds: [string, () => Promise<Buffer>][] = [
  [
    'jpeg',
    () =>
      small()
        .withExif({ IFD0: { Artist: 'x' } })
        .withIccProfile('p3')
        .jpeg()
        .toBuffer(),
  ],
  ['png', () => small().withIccProfile('p3').png({ palette: false }).toBuffer()],
  ['webp', () => small().ensureAlpha(0.5).webp().toBuffer()],
  ['avif', () => small().avif({ effort: 0 }).toBuffer()],
  ['heic', () => heicSample('plain')],
  ['jpeg xl', () => jxlSample('lossy')],
  ['gif', () => small().gif().toBuffer()],
  ['tiff', () => small().tiff({ compression: 'lzw' }).toBuffer()],
  [
    'bmp',
    async () => {
      const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
      return bmp({
        width: 9,
        height: 7,
        bits: 32,
        size: 124,
        compression: 3,
        masks,
        data: Buffer.alloc(9 * 7 * 4, 90),
      });
    },
  ],
  [
    'bmp of runs',
    async () => {
      const palette = [10, 120, 230].map((level) => [level, 90, 255 - level] as const);
      const data = Buffer.from([...Array.from({ length: 7 }, () => [5, 1, 0, 4, 0, 1, 2, 1, 0, 0]).flat(), 0, 1]);
      return bmp({ width: 9, height: 7, bits: 8, compression: 1, palette, data });
    },
  ],
  ['animated gif', () => animation(24, 16, frames, 'gif')],
  ['animated webp', () => animation(24, 16, frames, 'webp')],
  ['jpeg without its end marker', async () => (await small().jpeg().toBuffer()).subarray(0, -2)],
  [
    'tiff in tiles',
    () => small().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
  ],
];

const events: PoolEvent[] = [];
let pool: EnginePool;
beforeAll(async () => {
  pool = await createEnginePool({ onEvent: (event) => void events.push(event) });
});
afterAll(() => {
  console.info(`${events.filter(({ is }) => is === 'ended').length} engine processes were replaced`);
  return pool.close();
});

const each = Math.ceil(MUTATIONS / seeds.length);

// A hang is detected by the limits of the engine's processes.
describe(`${each} mutations of a small file are each rendered or rejected`, () => {
  test.each(seeds)('%s', async (format, source) => {
    const original = await source();
    expect(await outcomeOf(original, pool)).toBe('rendered');
    const random = createRandom(format.length * 7919);
    const outcomes: string[] = [];
    while (outcomes.length < each) {
      const batch = Array.from({ length: BATCH }, () => outcomeOf(mutated(original, random), pool));
      outcomes.push(...(await Promise.all(batch)));
    }
    expect(outcomes).toContain('corrupt');
    expect(outcomes, 'a hang').not.toContain('timeout');
    expect(deaths()).toEqual([]);
    console.info(
      format,
      Object.fromEntries([...Map.groupBy(outcomes, (fate) => fate)].map(([fate, all]) => [fate, all.length])),
    );
  });
});

/**
 * Ends for which an image is at fault. A process ends on purpose after its share of images (`replaced`), and if it still works
 * 50 ms after its image was rejected (`aborted`), which depends on how busy the machine is.
 */
const deaths = () =>
  events.flatMap((event) =>
    event.is === 'ended' && event.reason !== 'replaced' && event.reason !== 'aborted' ? [event.reason] : [],
  );

/** Changes, removes or repeats a few bytes, more often near the start, where the structure is. */
function mutated(original: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(original);
  const anywhere = () => Math.floor(random() ** 2 * bytes.length);
  for (let change = 0; change <= random() * 6; change++) {
    const [at, length] = [anywhere(), 1 + Math.floor(random() * 8)];
    const kind = random();
    if (kind < 0.6) bytes.writeUInt8(Math.floor(random() * 256), at);
    else if (kind < 0.8) bytes.fill(random() < 0.5 ? 0 : 0xff, at, Math.min(at + length, bytes.length));
    else if (kind < 0.9) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
  }
  return bytes;
}
