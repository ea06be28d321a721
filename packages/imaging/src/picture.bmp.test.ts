import { describe, expect, test } from 'vitest';
import { type BmpParts, bmp, bmpRows, rgb24 } from './test-support/bmp.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { leastCpuMs } from './test-support/least-cpu.ts';
import type { Rgb } from './test-support/pictures.ts';
import { rgbProfile } from './test-support/profiles.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { engineOf, metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

/** Odd, so that rows are padded, and bytes are not full. */
const [WIDTH, HEIGHT] = [13, 7];
const box = { width: WIDTH, height: HEIGHT };
const colourAt = (x: number, y: number): Rgb => [x * 19, y * 36, (x * y * 3) % 256];

const rendered = async (bytes: Buffer) => pixelReader((await renderOne(bytes, { width: 512, height: 512 })).data);

async function expectPixels(bytes: Buffer, expected: (x: number, y: number) => readonly number[]) {
  const pixels = await rendered(bytes);
  expect([pixels.width, pixels.height]).toEqual([WIDTH, HEIGHT]);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [red, green, blue, alpha = 255] = expected(x, y);
      const colour = alpha === 0 ? pixels.rgb(x, y) : [red, green, blue];
      expect([...pixels.rgb(x, y), pixels.alpha(x, y)], `${x},${y}`).toEqual([...colour, alpha]);
    }
  }
}

/** Upper row first. */
const upsideDown = (parts: BmpParts): BmpParts => {
  const stride = parts.data.length / parts.height;
  const rows = Array.from({ length: parts.height }, (_, y) => parts.data.subarray(y * stride, (y + 1) * stride));
  return { ...parts, height: -parts.height, data: Buffer.concat(rows.reverse()) };
};

const trueColour = (change: Partial<BmpParts> = {}): BmpParts => ({
  ...box,
  bits: 24,
  data: bmpRows(WIDTH, HEIGHT, 24, (x, y) => rgb24(colourAt(x, y))),
  ...change,
});
const paletteOf = (entries: number) =>
  Array.from({ length: entries }, (_, index): Rgb => [(index * 40) % 256, 255 - index, (index * 7) % 256]);
const indexed = (bits: number, change: Partial<BmpParts> = {}): BmpParts => ({
  ...box,
  bits,
  palette: paletteOf(2 ** bits),
  data: bmpRows(WIDTH, HEIGHT, bits, (x, y) => (x + 5 * y) % 2 ** bits),
  ...change,
});

describe('a BMP', () => {
  test('reports its facts', async () => {
    const facts = await (await engineOf()).inspect(bmp(trueColour()), { contentType: 'image/bmp' });
    expect(facts).toEqual({
      format: 'bmp',
      width: WIDTH,
      height: HEIGHT,
      orientation: 1,
      colourSpace: 'srgb',
      hasAlpha: false,
      frames: 1,
      bytes: bmp(trueColour()).length,
    });
    expect(await (await engineOf()).inspect(bmp(upsideDown(trueColour())))).toMatchObject({ height: HEIGHT });
  });

  test('has its colours in every format', async () => {
    const plain = bmp({ ...box, bits: 24, data: bmpRows(WIDTH, HEIGHT, 24, () => rgb24([200, 40, 90])) });
    const set = variantSet(...['avif', 'webp', 'jpeg', 'png'].map((format) => ({ ...box, format, quality: 100 })));
    for (const { data, variant } of await renderSet(plain, set)) {
      const differences = (await pixelReader(data)).rgb(6, 3).map((level, at) => level - ([200, 40, 90][at] ?? 0));
      expect(Math.max(...differences.map(Math.abs)), variant.format).toBeLessThan(5);
    }
  });

  test.each([12, 40, 52, 56, 64, 108, 124])('of 24 bits has its pixels, with a header of %i bytes', async (size) => {
    await expectPixels(bmp(trueColour({ size })), colourAt);
  });

  test('whose upper row is the first one is upright', async () => {
    await expectPixels(bmp(upsideDown(trueColour())), colourAt);
    const expected = (x: number, y: number) => paletteOf(16)[(x + 5 * y) % 16] as Rgb;
    await expectPixels(bmp(upsideDown(indexed(4))), expected);
  });

  test.each([1, 2, 4, 8])('of %i bits has the colours of its palette', async (bits) => {
    const expected = (x: number, y: number) => paletteOf(2 ** bits)[(x + 5 * y) % 2 ** bits] as Rgb;
    await expectPixels(bmp(indexed(bits)), expected);
    await expectPixels(bmp(indexed(bits, { size: 12 })), expected);
  });

  test('is black where its palette has no entry', async () => {
    const short = indexed(8, { palette: paletteOf(20), colours: 20 });
    await expectPixels(bmp(short), (x, y) => paletteOf(20)[(x + 5 * y) % 256] ?? [0, 0, 0]);
  });

  test('of 16 bits has five per channel', async () => {
    const five = (level: number) => Math.round(level * (255 / 31));
    const data = bmpRows(WIDTH, HEIGHT, 16, (x, y) => (x << 10) | (y << 5) | 31);
    await expectPixels(bmp({ ...box, bits: 16, data }), (x, y) => [five(x), five(y), 255]);
  });

  test.each([
    ['after its header', 40, 3],
    ['in its header', 52, 3],
    ['in a header of version 4', 108, 3],
    ['with one for alpha in its header', 56, 3],
    ['with one for alpha after its header', 40, 6],
  ])('has the colours of its masks, %s', async (_where, size, compression) => {
    const hasAlpha = size === 56 || compression === 6;
    const masks = [0xf800, 0x07c0, 0x003e, hasAlpha ? 1 : 0];
    const data = bmpRows(WIDTH, HEIGHT, 16, (x, y) => (x << 11) | (y << 6) | (x << 1) | ((x + y) % 2));
    const five = (level: number) => Math.round(level * (255 / 31));
    const parts = { ...box, bits: 16, size, compression, data };
    await expectPixels(bmp({ ...parts, masks: compression === 3 && size < 56 ? masks.slice(0, 3) : masks }), (x, y) => [
      ...[five(x), five(y), five(x)],
      hasAlpha && (x + y) % 2 === 0 ? 0 : 255,
    ]);
  });

  test('of 32 bits keeps its alpha if its header has a mask for it', async () => {
    const alphaAt = (x: number) => Math.round((255 * x) / (WIDTH - 1));
    const data = bmpRows(WIDTH, HEIGHT, 32, (x) => alphaAt(x) * 2 ** 24 + rgb24([90, 160, 30]));
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    for (const [size, compression] of [
      [124, 3],
      [108, 3],
      [124, 0],
      [40, 6],
    ] as const) {
      const bytes = bmp({ ...box, bits: 32, size, compression, masks, data });
      expect(await (await engineOf()).inspect(bytes)).toMatchObject({ hasAlpha: true });
      await expectPixels(bytes, (x) => [90, 160, 30, alphaAt(x)]);
    }
    // Without a mask, the fourth byte means nothing.
    await expectPixels(bmp({ ...box, bits: 32, data }), () => [90, 160, 30]);
  });

  test('is opaque if all of its alpha is zero', async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const data = bmpRows(WIDTH, HEIGHT, 32, (x, y) => rgb24(colourAt(x, y)));
    await expectPixels(bmp({ ...box, bits: 32, size: 124, compression: 3, masks, data }), colourAt);
  });

  test('with a profile is converted to sRGB, and keeps a wide gamut in p3', async () => {
    const data = bmpRows(WIDTH, HEIGHT, 24, () => rgb24([60, 200, 60]));
    const profiled = bmp({ ...box, bits: 24, size: 124, data, profile: rgbProfile('p3-linear') });
    expect(colourDifference((await rendered(profiled)).rgb(3, 3), [0, 205, 0])).toBeLessThan(2);
    const set = variantSet({ ...box, format: 'webp', colour: 'p3' }, { ...box, format: 'webp' });
    const profiles = await Promise.all(
      (await renderSet(profiled, set)).map(async ({ data, variant }) => [
        variant.colour,
        (await metadataOf(data)).icc !== undefined,
      ]),
    );
    expect(Object.fromEntries(profiles)).toEqual({ p3: true, undefined: false });
  });
});

const END_OF_LINE = [0, 0];
const END = [0, 1];
const runs = (bits: 4 | 8, ...codes: readonly (readonly number[])[]): BmpParts => ({
  ...box,
  bits,
  compression: bits === 8 ? 1 : 2,
  palette: paletteOf(16),
  colours: 16,
  data: Buffer.from(codes.flat()),
});

describe('a BMP of runs', () => {
  test('of 8 bits has the pixels of its runs', async () => {
    const rows = Array.from({ length: HEIGHT }, (_, row) => [
      ...[row + 1, row, 0, 5, 9, 8, 7, 6, 5, 0],
      ...[WIDTH - row - 6, 3, ...END_OF_LINE],
    ]);
    await expectPixels(bmp(runs(8, ...rows, END)), (x, y) => {
      const row = HEIGHT - 1 - y;
      const index = x <= row ? row : x <= row + 5 ? 9 - (x - row - 1) : 3;
      return paletteOf(16)[index] as Rgb;
    });
  });

  test('of 4 bits has the pixels of its runs, which alternate', async () => {
    const rows = Array.from({ length: HEIGHT }, () => [5, 0x12, 0, 3, 0xab, 0xc0, 5, 0x34, ...END_OF_LINE]);
    const indices = [1, 2, 1, 2, 1, 10, 11, 12, 3, 4, 3, 4, 3];
    await expectPixels(bmp(runs(4, ...rows, END)), (x) => paletteOf(16)[indices[x] ?? 0] as Rgb);
  });

  test('is black where nothing is drawn', async () => {
    const bytes = bmp(runs(8, [3, 5], [0, 2, 4, 2], [2, 6], END));
    expect(await (await engineOf()).inspect(bytes)).toMatchObject({ hasAlpha: false });
    await expectPixels(bytes, (x, y) => {
      if (y === HEIGHT - 1 && x < 3) return paletteOf(16)[5] as Rgb;
      if (y === HEIGHT - 3 && (x === 7 || x === 8)) return paletteOf(16)[6] as Rgb;
      return [0, 0, 0];
    });
  });

  test('draws nothing beyond a row', async () => {
    const rows = Array.from({ length: HEIGHT }, (_, row) => [255, row, 255, 9, 0, 20, ...Array(20).fill(8), 0, 0]);
    await expectPixels(bmp(runs(8, ...rows)), (_x, y) => paletteOf(16)[HEIGHT - 1 - y] as Rgb);
  });
});

describe('a damaged BMP is rejected', () => {
  const whole = bmp(trueColour());
  const at = (offset: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeInt32LE(value, offset);
    return bytes;
  };
  test.each<[string, Buffer]>([
    ['whose pixels are not all there', whole.subarray(0, -5)],
    ['whose pixels start after its end', at(10, whole.length)],
    ['whose pixels start within its header', at(10, 30)],
    ['whose header is not all there', whole.subarray(0, 40)],
    ['without a width', at(18, 0)],
    ['with a negative width', at(18, -13)],
    ['without a height', at(22, 0)],
    ['with a height of the least number', at(22, -(2 ** 31))],
    ['without a palette', bmp(indexed(8, { palette: [] }))],
    [
      'with gaps in a mask',
      bmp(trueColour({ bits: 32, compression: 3, masks: [0xf0f000, 0xff00, 0xff], data: Buffer.alloc(400) })),
    ],
    ['whose masks are not all there', bmp({ ...box, bits: 16, compression: 3, data: Buffer.alloc(4) }).subarray(0, 57)],
    ['of runs without an end', bmp(runs(8, [3, 5]))],
    ['of runs that end within one', bmp(runs(8, [0, 200, 1, 2]))],
    ['of runs whose upper row is the first one', bmp({ ...runs(8, END), height: -HEIGHT })],
  ])('%s', async (_what, bytes) => {
    expect(['corrupt', 'too-many-pixels']).toContain(await outcomeOf(bytes));
  });

  test.each<[string, Partial<BmpParts>]>([
    ['JPEG', { compression: 4 }],
    ['PNG', { compression: 5 }],
    ['runs of another depth', { compression: 1 }],
    ['a fax', { size: 64, compression: 3, bits: 1 }],
    ['an unknown depth', { bits: 7 }],
    ['64 bits', { bits: 64 }],
    ['no bits', { bits: 0 }],
  ])('that contains %s, as an unsupported format', async (_what, change) => {
    expect(await inspectionOf(bmp(trueColour(change)))).toBe('unsupported-format');
  });

  test('if it is text that starts like one', async () => {
    expect(await inspectionOf(Buffer.from(`BM${'W motors are reliable. '.repeat(20)}`))).toBe('unsupported-format');
  });

  test('if its declared type is another one', async () => {
    expect(await inspectionOf(bmp(trueColour()), {}, 'image/png')).toBe('type-mismatch');
  });
});

describe('limits hold for a BMP:', () => {
  test('pixels and sides, before anything is decoded', async () => {
    for (const [width, height] of [
      [65_536, 1],
      [20_000, -20_000],
      [2 ** 31 - 1, 2 ** 31 - 1],
    ] as const) {
      expect(await inspectionOf(bmp({ ...runs(8, END), width, height: Math.abs(height) }))).toBe('too-many-pixels');
      expect(await inspectionOf(bmp(trueColour({ width, height })))).toBe('too-many-pixels');
    }
  });

  test('the bytes of its profile', async () => {
    const profiled = bmp(trueColour({ size: 124, profile: Buffer.alloc(5 * 2 ** 20) }));
    expect(await inspectionOf(profiled)).toBe('too-complex');
  });

  test('runs take work for their pixels and bytes alone', async () => {
    const [width, height] = [2000, 1000];
    // As they are written, these draw 255 pixels for 2 bytes: 255 million in all.
    const codes = Buffer.alloc(2_000_000, Buffer.of(255, 1));
    const bytes = bmp({ ...runs(8), width, height, data: Buffer.concat([codes, Buffer.from(END)]) });
    const render = async () => {
      const { data } = await renderOne(bytes, { width: 8, height: 8, format: 'png' });
      expect((await metadataOf(data)).width).toBe(8);
    };
    expect(await leastCpuMs(render, 1500)).toBeLessThan(1500);
  });
});
