import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, gradientPicture, type Rgb } from './test-support/pictures.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { pixelReader, renderOne } from './test-support/render.ts';
import { type TiffLayout, tiffOf } from './test-support/tiff-layout.ts';

const full = (bits: number) => 2 ** bits - 1;
/** A pixel format, its supported bit depths, and the colour of its samples. */
const kinds: [name: string, photometric: number, samples: (bits: number) => number[], bits: number[], colour: Rgb][] = [
  ['grey', 1, (bits) => [full(bits)], [1, 2, 4, 8, 16], [255, 255, 255]],
  ['inverted grey', 0, (bits) => [full(bits)], [1, 2, 4, 8, 16], [0, 0, 0]],
  ['grey and alpha', 1, (bits) => [full(bits), full(bits)], [8, 16], [255, 255, 255]],
  ['RGB', 2, (bits) => [full(bits), 0, full(bits)], [8, 16], [255, 0, 255]],
  ['RGB and alpha', 2, (bits) => [full(bits), 0, full(bits), full(bits)], [8, 16], [255, 0, 255]],
  ['a palette', 3, (bits) => [full(bits)], [1, 2, 4, 8], [255, 255, 255]],
  ['CMYK', 5, () => [0, 0, 0, 0], [8, 16], [255, 255, 255]],
  ['YCbCr', 6, (bits) => [full(bits), full(bits) >> 1, full(bits) >> 1], [], [255, 255, 255]],
  ['8-bit CIELAB', 8, () => [255, 0, 0], [], [255, 255, 255]],
];
const layouts: Record<string, Partial<TiffLayout>> = {
  strips: {},
  'strips, a plane a channel': { isPlanar: true },
  tiles: { tile: 16 },
  'tiles, a plane a channel': { tile: 16, isPlanar: true },
};
const planes = (layout: string, bits: number) => {
  if (layout === 'tiles, a plane a channel') return false;
  return layout !== 'strips, a plane a channel' || bits >= 8;
};

describe('a TIFF is rendered in its colour, or rejected as an unsupported format:', () => {
  test.each(kinds)('%s', async (_name, photometric, samples, supported, colour) => {
    for (const bits of [1, 2, 4, 8, 10, 12, 14, 16, 24]) {
      if (photometric === 3 && bits > 8) continue;
      for (const [name, layout] of Object.entries(layouts)) {
        const bytes = tiffOf(20, 18, { photometric, bits, samples: samples(bits), ...layout });
        const what = `${bits} bits in ${name}`;
        if (supported.includes(bits) && planes(name, bits)) {
          const { rgb } = await pixelReader((await renderOne(bytes, { format: 'png' })).data);
          expect(colourDifference(rgb(18, 16), colour), what).toBeLessThan(1);
        } else if (photometric !== 8 || bits === 8) expect(await inspectionOf(bytes), what).toBe('unsupported-format');
      }
    }
  });
});

describe('a compression', () => {
  const rgb = { photometric: 2, bits: 8, samples: [255, 0, 255] };

  /** Registered compressions without a decoder, and 65535, which is unregistered. */
  const unsupported = [
    ...[0, 6, 9, 10, 32_766, 32_767, 32_895, 32_896, 32_897, 32_898, 32_908, 32_909, 32_947, 33_003, 33_005, 33_007],
    ...[34_661, 34_676, 34_677, 34_712, 34_887, 34_892, 34_925, 34_926, 34_927, 50_000, 50_002, 52_546, 65_535],
  ];
  test.each(unsupported)('%i is rejected as an unsupported format, in strips and in tiles', async (compression) => {
    for (const tile of [undefined, 16]) {
      const layout = tile === undefined ? rgb : { ...rgb, tile };
      expect(await inspectionOf(tiffOf(20, 18, { ...layout, compression }))).toBe('unsupported-format');
    }
  });

  test.each(['none', 'lzw', 'deflate', 'packbits', 'jpeg', 'webp'] as const)(
    '%s is decoded, in strips and in tiles',
    async (compression) => {
      for (const tile of [false, true]) {
        const bytes = await gradientPicture(70, 50)
          .tiff({ compression, tile, tileWidth: 32, tileHeight: 32, quality: 95 })
          .toBuffer();
        const { data } = await renderOne(bytes, { width: 70, height: 50, format: 'png' });
        const { rgb: colour } = await pixelReader(data);
        expect(colourDifference(colour(60, 10), [195, 52, 135]), `tiles: ${tile}`).toBeLessThan(9);
      }
    },
  );

  test('of one bit per pixel is decoded', async () => {
    for (const compression of ['ccittfax4', 'lzw'] as const) {
      const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#fff' } })
        .toColourspace('b-w')
        .tiff({ compression, bitdepth: 1, predictor: 'none' })
        .toBuffer();
      const { rgb: colour } = await pixelReader((await renderOne(bytes, { format: 'png' })).data);
      expect(colour(20, 15), compression).toEqual([255, 255, 255]);
    }
  });
});

describe('undecodable tiles and strips are rejected as damaged', () => {
  const noise = () => fromPixels(90, 60, 3, (x, y) => [x * y, x ^ y, 7 * x]);
  /** Start of the pixel data. LZW detects damage anywhere in them, the others in their header. */
  const DATA_AT = 8;

  test.each([
    ['lzw', 300],
    ['deflate', DATA_AT],
    ['webp', DATA_AT],
  ] as const)('%s', async (compression, at) => {
    for (const tile of [true, false]) {
      const options = { compression, tile, tileWidth: 32, tileHeight: 32, predictor: 'none' } as const;
      const bytes = await noise().tiff(options).toBuffer();
      expect(await outcomeOf(bytes)).toBe('rendered');
      expect(await outcomeOf(flipped(bytes, at)), `tiles: ${tile}`).toBe('corrupt');
    }
  });

  test('deflate, in the last tile only', async () => {
    const layout = { photometric: 2, bits: 8, samples: [1, 2, 3], tile: 16, compression: 8 };
    const damage = (data: Buffer, index: number) => (index === 3 ? data.subarray(0, data.length - 8) : data);
    expect(await outcomeOf(tiffOf(20, 18, layout))).toBe('rendered');
    expect(await outcomeOf(tiffOf(20, 18, { ...layout, damage }))).toBe('corrupt');
  });
});

describe('warnings of libtiff do not reject a file', () => {
  test.each([
    ['strips', undefined],
    ['tiles', 16],
  ])('unordered and unknown tags, in %s', async (_layout, tile) => {
    const bytes = tiffOf(20, 18, { photometric: 1, bits: 8, samples: [200], ...(tile !== undefined && { tile }) });
    const directory = bytes.readUInt32LE(4);
    const [first, second] = [directory + 2, directory + 14];
    const entries = [bytes.subarray(second, second + 12), bytes.subarray(first, first + 12)].map((entry) =>
      Buffer.from(entry),
    );
    Buffer.concat(entries).copy(bytes, first);
    const format = bytes.lastIndexOf(Buffer.of(0x53, 1, 3, 0));
    bytes.writeUInt16LE(65_000, format);
    expect(await outcomeOf(bytes)).toBe('rendered');
  });
});

test('a BigTIFF is rendered, and rejected if damaged', async () => {
  const bytes = await gradientPicture(40, 30).tiff({ compression: 'lzw', tile: true, bigtiff: true }).toBuffer();
  expect(bytes.toString('latin1', 0, 3)).toBe('II+');
  expect(await outcomeOf(bytes)).toBe('rendered');
  expect(await outcomeOf(flipped(bytes, 300))).toBe('corrupt');
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  for (let index = at; index < at + 20; index++) changed.writeUInt8(changed.readUInt8(index) ^ 0xff, index);
  return changed;
}
