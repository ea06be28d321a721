import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, gradientPicture, type Rgb } from './test-support/pictures.ts';
import { fateOf, inspectionOf } from './test-support/rejection.ts';
import { pixelReader, renderOne } from './test-support/render.ts';
import { type TiffLayout, tiffOf } from './test-support/tiff-layout.ts';

const full = (bits: number) => 2 ** bits - 1;
/** A kind of pixel, how many bits of it are supported, and the colour that it stands for. */
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

describe('a TIFF shows its colour, or is an unsupported format:', () => {
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

  /** Of the registered ones, those that no decoder here has; 65535 is registered for none. */
  const unsupported = [
    ...[0, 6, 9, 10, 32_766, 32_767, 32_895, 32_896, 32_897, 32_898, 32_908, 32_909, 32_947, 33_003, 33_005, 33_007],
    ...[34_661, 34_676, 34_677, 34_712, 34_887, 34_892, 34_925, 34_926, 34_927, 50_000, 50_002, 52_546, 65_535],
  ];
  test.each(unsupported)('%i is unsupported, in strips and in tiles', async (compression) => {
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

  test('of one bit a pixel is decoded', async () => {
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

describe('tiles and strips that can not be decoded are told as damage', () => {
  const noise = () => fromPixels(90, 60, 3, (x, y) => [x * y, x ^ y, 7 * x]);
  /** The data stand at the beginning; LZW has codes that can't be anywhere, the others a header. */
  const DATA_AT = 8;

  test.each([
    ['lzw', 300],
    ['deflate', DATA_AT],
    ['webp', DATA_AT],
  ] as const)('%s', async (compression, at) => {
    for (const tile of [true, false]) {
      const options = { compression, tile, tileWidth: 32, tileHeight: 32, predictor: 'none' } as const;
      const bytes = await noise().tiff(options).toBuffer();
      expect(await fateOf(bytes)).toBe('rendered');
      expect(await fateOf(flipped(bytes, at)), `tiles: ${tile}`).toBe('corrupt');
    }
  });

  test('deflate, of the last tile alone', async () => {
    const layout = { photometric: 2, bits: 8, samples: [1, 2, 3], tile: 16, compression: 8 };
    const damage = (data: Buffer, index: number) => (index === 3 ? data.subarray(0, data.length - 8) : data);
    expect(await fateOf(tiffOf(20, 18, layout))).toBe('rendered');
    expect(await fateOf(tiffOf(20, 18, { ...layout, damage }))).toBe('corrupt');
  });
});

describe('what libtiff only warns of is no damage', () => {
  test.each([
    ['strips', undefined],
    ['tiles', 16],
  ])('tags out of order and unknown, in %s', async (_layout, tile) => {
    const bytes = tiffOf(20, 18, { photometric: 1, bits: 8, samples: [200], ...(tile !== undefined && { tile }) });
    const directory = bytes.readUInt32LE(4);
    const [first, second] = [directory + 2, directory + 14];
    const entries = [bytes.subarray(second, second + 12), bytes.subarray(first, first + 12)].map((entry) =>
      Buffer.from(entry),
    );
    Buffer.concat(entries).copy(bytes, first);
    const format = bytes.lastIndexOf(Buffer.of(0x53, 1, 3, 0));
    bytes.writeUInt16LE(65_000, format);
    expect(await fateOf(bytes)).toBe('rendered');
  });
});

test('a BigTIFF, and one of the other byte order, is read as any other', async () => {
  const bytes = await gradientPicture(40, 30).tiff({ compression: 'lzw', tile: true, bigtiff: true }).toBuffer();
  expect(bytes.toString('latin1', 0, 3)).toBe('II+');
  expect(await fateOf(bytes)).toBe('rendered');
  expect(await fateOf(flipped(bytes, 300))).toBe('corrupt');
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  for (let index = at; index < at + 20; index++) changed.writeUInt8(changed.readUInt8(index) ^ 0xff, index);
  return changed;
}
