import { deflateSync, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import type { ImagingEngine } from './index.ts';
import { createRandom, fromPixels } from './test-support/pictures.ts';
import { outcomeOf } from './test-support/rejection.ts';
import { type TiffLayout, tiffOf } from './test-support/tiff-layout.ts';

let engine: ImagingEngine;
beforeAll(async () => {
  engine = await createImagingEngine();
});

const COPIES = 24;
/** libtiff decodes some of the copies of each kind of TIFF below without an error. */
const seeds = [1, 2, 3];

describe('a copy of a file with flipped bits in its pixel data is rejected as damaged', () => {
  const picture = () => fromPixels(90, 60, 3, (x, y) => [2 * x + ((x * y) % 7), 3 * y + ((x ^ y) & 7), (x + y) % 255]);
  const kinds = [false, true].flatMap((tile) =>
    (['none', 'horizontal'] as const).flatMap((predictor) =>
      ([8, 16] as const).map((bits) => ({ tile, predictor, bits, layout: tile ? 'tiles' : 'strips' })),
    ),
  );

  test.each(kinds)('of a deflate TIFF, $bits bits in $layout, predictor $predictor', async ({ bits, ...options }) => {
    const layout = { compression: 'deflate', tileWidth: 32, tileHeight: 32, ...options } as const;
    const bytes = await picture()
      .toColourspace(bits === 8 ? 'srgb' : 'rgb16')
      .tiff(layout)
      .toBuffer();
    await expectCorruptCopies(bytes, [8, bytes.readUInt32LE(4)]);
  });

  test('of a PNG', async () => {
    const bytes = await picture().png().toBuffer();
    await expectCorruptCopies(bytes, [bytes.indexOf('IDAT') + 4, bytes.length - 16]);
  });

  async function expectCorruptCopies(bytes: Buffer, data: readonly [from: number, to: number]): Promise<void> {
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
    for (const seed of seeds) {
      const random = createRandom(seed);
      for (let copy = 0; copy < COPIES; copy++) {
        const damaged = withFlips(bytes, data, 1 + (copy % 4), random);
        expect(await outcomeOf(damaged, engine), `copy ${copy} of seed ${seed}`).toBe('corrupt');
      }
    }
  }
});

/** libtiff verifies the checksum of data that end with the last pixel, as most do, but not of longer ones. */
describe('data after the last pixel are ignored, but a wrong checksum after them is rejected as damaged', () => {
  const rgb = { photometric: 2, bits: 8, samples: [200, 100, 50], compression: 8 };
  const layouts: [name: string, layout: TiffLayout, side?: number][] = [
    ['in one strip', rgb],
    ['in tiles', { ...rgb, tile: 16 }],
    ['in a strip a channel', { ...rgb, isPlanar: true }],
    ['with alpha', { ...rgb, samples: [200, 100, 50, 255] }],
    ['of one bit a pixel', { ...rgb, photometric: 1, bits: 1, samples: [1] }],
    ['of 16 bits', { ...rgb, bits: 16 }],
    ['of the old code of deflate', { ...rgb, compression: 32_946 }],
    ['in big-endian order', { ...rgb, isBigEndian: true }],
    ['of a BigTIFF', { ...rgb, isBig: true, tile: 16 }],
    ['of a big-endian BigTIFF', { ...rgb, isBig: true, isBigEndian: true }],
    ['of a block that is inflated piece by piece', rgb, 400],
    ['of a tile that is inflated piece by piece', { ...rgb, tile: 304 }, 400],
  ];
  const longer = (data: Buffer) => deflateSync(Buffer.concat([inflateSync(data), Buffer.alloc(9)]));
  const withWrongChecksum = (data: Buffer) => {
    const changed = longer(data);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    return changed;
  };

  test.each(layouts)('%s', async (_name, layout, side = 20) => {
    const blocks: Buffer[] = [];
    const damage = (data: Buffer) => {
      blocks.push(data);
      return longer(data);
    };
    expect(await outcomeOf(tiffOf(side, side, { ...layout, damage }), engine)).toBe('rendered');
    for (const damaged of blocks.keys()) {
      const damage = (data: Buffer, index: number) => (index === damaged ? withWrongChecksum(data) : longer(data));
      expect(await outcomeOf(tiffOf(side, side, { ...layout, damage }), engine), `block ${damaged}`).toBe('corrupt');
    }
  });

  test('in bits of the other order', async () => {
    const outcome = (damage: (data: Buffer) => Buffer) =>
      outcomeOf(tiffOf(20, 20, { ...rgb, fillOrder: 2, damage }), engine);
    expect(await outcome((data) => withReversedBits(longer(data)))).toBe('rendered');
    expect(await outcome((data) => withReversedBits(withWrongChecksum(data)))).toBe('corrupt');
  });

  test.each([20, 400])('data of far more than the pixels of a side of %i are rejected as damaged', async (side) => {
    const bomb = deflateSync(Buffer.alloc(2 ** 26));
    expect(await outcomeOf(tiffOf(side, side, { ...rgb, damage: () => bomb }), engine)).toBe('corrupt');
  });

  const withReversedBits = (data: Buffer) =>
    Buffer.from(data.map((byte) => Number.parseInt([...byte.toString(2).padStart(8, '0')].reverse().join(''), 2)));
});

function withFlips(
  bytes: Buffer,
  [from, to]: readonly [from: number, to: number],
  flips: number,
  random: () => number,
): Buffer {
  const damaged = Buffer.from(bytes);
  for (let flip = 0; flip < flips; flip++) {
    const at = from + Math.floor(random() * (to - from));
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
  }
  return damaged;
}
