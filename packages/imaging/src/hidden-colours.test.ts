import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { spreadColours, withoutHiddenColours } from './hidden-colours.ts';
import { fromPixels, plainPicture } from './test-support/pictures.ts';
import { renderOne } from './test-support/render.ts';

const pixelsOf = (rows: readonly (readonly number[])[][]) => ({
  data: Buffer.from(rows.flat(2)),
  raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 4 } as const,
});
const red = [200, 1, 2, 255];
const blue = [1, 2, 200, 90];
const clear = [9, 9, 9, 0];

test('clear pixels take the mean colour of their 16 px block, or else of the nearest block', async () => {
  const [width, height] = [4 * 16, 3 * 16];
  // In the middle row of blocks: half red and half blue in the first, a blue pixel in the last, all clear in between.
  const { data } = await fromPixels(width, height, 4, (x, y) => {
    if (y < 16 || y >= 32) return clear;
    if (x < 4) return x < 2 ? [200, 0, 0, 255] : [0, 0, 100, 255];
    return x === 60 ? [0, 0, 200, 90] : clear;
  })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = { data, raw: { width, height, channels: 4 } as const };
  spreadColours(pixels);
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  for (const y of [0, 20, 47]) {
    for (const x of [10, 31]) expect(at(x, y), `${x},${y}`).toEqual([100, 0, 50, 0]);
    for (const x of [32, 63]) expect(at(x, y), `${x},${y}`).toEqual([0, 0, 200, 0]);
  }
  expect([at(0, 16), at(3, 31), at(60, 20)]).toEqual([
    [200, 0, 0, 255],
    [0, 0, 100, 255],
    [0, 0, 200, 90],
  ]);
});

test('a fully transparent picture loses all its colours, and a picture without alpha is unchanged', () => {
  const nothing = pixelsOf([[clear, clear]]);
  spreadColours(nothing);
  expect([...nothing.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  const opaque = { data: Buffer.from([1, 2, 3]), raw: { width: 1, height: 1, channels: 3 } as const };
  spreadColours(opaque);
  expect([...withoutHiddenColours(opaque).data]).toEqual([1, 2, 3]);
});

test('removing hidden colours changes neither visible pixels nor the original', () => {
  const pixels = pixelsOf([[clear, red, blue]]);
  expect([...withoutHiddenColours(pixels).data]).toEqual([0, 0, 0, 0, ...red, ...blue]);
  expect([...pixels.data]).toEqual([...clear, ...red, ...blue]);
});

describe('no ring shows around the visible part', () => {
  const side = 100;
  const disc = fromPixels(side, side, 4, (x, y) => {
    const cover = Math.min(1, Math.max(0, side / 2 - 5 - Math.hypot(x + 0.5 - side / 2, y + 0.5 - side / 2)));
    // The clear pixels hide a different colour.
    return cover > 0 ? [255, 0, 0, Math.round(255 * cover)] : [0, 255, 0, 0];
  });
  const sources = {
    'a round variant of a saturated picture': () => plainPicture(120, 120, [255, 0, 0]).png().toBuffer(),
    'a transparent picture': () => disc.png().toBuffer(),
  };
  const cases = Object.entries(sources).flatMap(([name, source]) =>
    ['webp', 'avif'].flatMap((format) => [100, 48].map((width) => [name, format, width, source] as const)),
  );

  test.each(cases)('%s, in %s of %i px', async (name, format, width, source) => {
    const shape = name.startsWith('a round') ? { shape: 'circle', fit: 'cover' } : {};
    const { data } = await renderOne(await source(), { width, height: width, format, ...shape });
    const pixels = await sharp(data).ensureAlpha().raw().toBuffer();
    const ring = Array.from({ length: width * width }, (_, index) => [...pixels.subarray(4 * index, 4 * index + 4)])
      .filter(([, , , alpha = 0]) => alpha >= 64)
      .map(([r = 0, g = 0, b = 0]) => Math.max(255 - r, g, b));
    expect(ring.length).toBeGreaterThan(width * width * 0.5);
    expect(Math.max(...ring)).toBeLessThanOrEqual(6);
  });

  test('a png hides no colour', async () => {
    const { data } = await renderOne(await sources['a round variant of a saturated picture'](), {
      width: 48,
      height: 48,
      shape: 'circle',
      fit: 'cover',
    });
    const pixels = await sharp(data).raw().toBuffer();
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });
});
