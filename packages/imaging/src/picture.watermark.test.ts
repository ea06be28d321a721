import { Place } from '@imagemill/variants';
import Color from 'colorjs.io';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import type { ImagingEngine } from './index.ts';
import { animation, fromPixels, plainPicture } from './test-support/pictures.ts';
import { pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { withSvgLoader } from './test-support/svg-loader.ts';
import { decodeWatermark } from './watermark/decode-watermark.ts';

const GREEN = [20, 160, 40] as const;
const RED = [250, 10, 10] as const;
const BLUE = [10, 20, 240] as const;
const [SOLID, HALVES, SVG] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><rect width="2" height="1" fill="#fa0a0a"/></svg>',
);

/** Marks of 40×20; the right half of `HALVES` is clear. */
const solid = plainPicture(40, 20, RED, 1).png().toBuffer();
const halves = fromPixels(40, 20, 4, (x) => (x < 20 ? [...RED, 255] : [0, 0, 0, 0]))
  .png()
  .toBuffer();

let engine: ImagingEngine;
beforeAll(async () => {
  const files: [string, Buffer][] = [
    [SOLID, await solid],
    [HALVES, await halves],
    [SVG, svg],
  ];
  const watermarks = new Map(
    await withSvgLoader(() =>
      Promise.all(files.map(async ([sha, file]) => [sha, await decodeWatermark(file)] as const)),
    ),
  );
  engine = await createImagingEngine({ watermarks });
});

const ground = () => plainPicture(120, 120, GREEN).png().toBuffer();
const marked = (watermark: object, change: object = {}) => ({
  width: 120,
  height: 120,
  quality: 100,
  watermark: { sha256: SOLID, margin: 10, size: 30, ...watermark },
  ...change,
});
const near = (actual: readonly number[], expected: readonly number[], tolerance = 6) =>
  expect(Math.max(...actual.map((level, index) => Math.abs(level - (expected[index] ?? 0))))).toBeLessThanOrEqual(
    tolerance,
  );
const mixed = (share: number) => RED.map((red, index) => share * red + (1 - share) * (GREEN[index] ?? 0));

// A mark of 36×18, 12 pixels from the sides.
const centres: Record<Place, [x: number, y: number]> = {
  'top-left': [30, 21],
  top: [60, 21],
  'top-right': [90, 21],
  left: [30, 60],
  centre: [60, 60],
  right: [90, 60],
  'bottom-left': [30, 99],
  bottom: [60, 99],
  'bottom-right': [90, 99],
};

describe.each(['avif', 'webp', 'jpeg', 'png'])('in %s', (format) => {
  test.each(Place.options)('a mark at %s covers its place and no other, with its opacity', async (place) => {
    const set = variantSet(...[100, 40].map((opacity) => marked({ place, opacity }, { format })));
    for (const { variant, data } of await renderSet(await ground(), set, engine)) {
      const { rgb } = await pixelReader(data);
      for (const [other, [x, y]] of Object.entries(centres)) {
        near(rgb(x, y), other === place ? mixed((variant.watermark?.opacity ?? 0) / 100) : GREEN, 12);
      }
    }
  });
});

test('the mark has its planned size, and sharp sides', async () => {
  for (const [size, width, height] of [
    [30, 36, 18],
    [20, 24, 12],
    [100, 40, 20],
  ] as const) {
    const { data } = await renderOne(
      await ground(),
      marked({ place: 'top-left', margin: 0, size }, { format: 'png' }),
      engine,
    );
    const { rgb } = await pixelReader(data);
    near(rgb(width - 1, height - 1), RED);
    near(rgb(width, height - 1), GREEN);
    near(rgb(width - 1, height), GREEN);
  }
});

test('a small rendition has no mark: exactly the bytes of the entry without it', async () => {
  const box = { width: 40, height: 40, format: 'webp' };
  const [plain, small] = await renderSet(
    await ground(),
    variantSet(box, { ...marked({}), ...box, quality: 80 }),
    engine,
  );
  expect(small?.data).toBe(plain?.data);
});

test('an SVG is drawn in the size of the rendition', async () => {
  const { data } = await renderOne(
    await ground(),
    marked({ sha256: SVG, size: 60, place: 'centre' }, { format: 'png' }),
    engine,
  );
  const { rgb } = await pixelReader(data);
  near(rgb(26, 44), RED);
  near(rgb(93, 76), RED);
  near(rgb(22, 60), GREEN);
});

test('where a mark is clear, the picture is unchanged', async () => {
  const { data } = await renderOne(
    await ground(),
    marked({ sha256: HALVES, place: 'top-left' }, { format: 'png' }),
    engine,
  );
  const { rgb } = await pixelReader(data);
  near(rgb(20, 21), RED);
  expect(rgb(40, 21)).toEqual(GREEN);
});

describe.each(['avif', 'webp', 'jpeg', 'png'])('a repeated mark in %s', (format) => {
  test('is at every step from its place, with its opacity, and nowhere else', async () => {
    // Of 24×12 pixels, with 12 in between: the first one is in the middle.
    const repeated = { place: 'centre', size: 20, margin: 0, tile: true, spacing: 10, opacity: 50 };
    const { data } = await renderOne(await ground(), marked(repeated, { format }), engine);
    const { rgb } = await pixelReader(data);
    for (const y of [12, 36, 60, 84, 108]) {
      for (const x of [24, 60, 96]) near(rgb(x, y), mixed(0.5), 14);
      for (const x of [6, 42, 78, 114]) near(rgb(x, y), x === 6 || x === 114 ? rgb(x, y) : GREEN, 14);
    }
    for (const y of [24, 48, 72, 96]) for (const x of [24, 60, 96]) near(rgb(x, y), GREEN, 14);
  });
});

test('a repeated mark is cut by the sides, and by a circle, also in an animation', async () => {
  const repeated = { place: 'centre', size: 30, margin: 0, tile: true, spacing: 0 };
  const { data } = await renderOne(await ground(), marked(repeated, { format: 'png' }), engine);
  const { rgb } = await pixelReader(data);
  for (const at of [0, 59, 119]) for (const y of [0, 59, 119]) near(rgb(at, y), RED);
  const frames = [GREEN, BLUE].map((colour) => ({ colour, delayMs: 40 }));
  const box = { fit: 'cover', shape: 'circle', format: 'webp', animated: true };
  const half = marked({ ...repeated, opacity: 50 }, box);
  const pixels = await pixelReader((await renderOne(await animation(120, 120, frames, 'gif'), half, engine)).data);
  for (const [index, colour] of [GREEN, BLUE].entries()) {
    const mean = colour.map((level, channel) => (level + (RED[channel] ?? 0)) / 2);
    for (const at of [22, 60, 98]) near(pixels.rgb(at, 120 * index + at), mean, 16);
    expect(pixels.alpha(1, 120 * index + 1)).toBe(0);
  }
});

test('a mark over transparent pixels is visible, with its own opacity', async () => {
  const clear = await plainPicture(120, 120, GREEN, 0).png().toBuffer();
  const { data } = await renderOne(clear, marked({ place: 'centre', opacity: 60 }, { format: 'png' }), engine);
  const { rgb, alpha } = await pixelReader(data);
  expect(alpha(60, 60)).toBe(153);
  near(rgb(60, 60), RED);
  expect(alpha(60, 30)).toBe(0);
});

test.each(Place.options)('a round rendition has its mark at %s within the circle, and stays round', async (place) => {
  const round = { fit: 'cover', shape: 'circle', format: 'webp' };
  const { data } = await renderOne(await ground(), marked({ place, margin: 0 }, round), engine);
  const { rgb, alpha } = await pixelReader(data);
  // A mark of 25×13 pixels in a square of 84.
  const at = (edge: 0 | 1 | 2) => [18 + 12, 60, 102 - 12][edge] as number;
  const [column, row] = [
    place.includes('left') ? 0 : place.includes('right') ? 2 : 1,
    place.includes('top') ? 0 : place.includes('bottom') ? 2 : 1,
  ] as const;
  const y = [18 + 6, 60, 102 - 6][row] as number;
  near(rgb(at(column), y), RED, 12);
  expect(alpha(at(column), y)).toBe(255);
  expect([alpha(2, 2), alpha(117, 2), alpha(2, 117), alpha(117, 117)]).toEqual([0, 0, 0, 0]);
});

test('the mark is over the padding, and is not sharpened or trimmed with the picture', async () => {
  const wide = await sharp(await ground())
    .resize(120, 40, { fit: 'fill' })
    .png()
    .toBuffer();
  const change = { fit: 'contain', background: '#0a14f0', padding: 10, sharpen: true, trim: 10, format: 'png' };
  const { data } = await renderOne(wide, marked({ place: 'bottom-right' }, change), engine);
  const { rgb } = await pixelReader(data);
  near(rgb(90, 99), RED);
  near(rgb(30, 110), BLUE);
});

test('every frame of an animation has the mark, and keeps its colour elsewhere', async () => {
  const frames = [GREEN, BLUE].map((colour) => ({ colour, delayMs: 40 }));
  const moving = await animation(120, 120, frames, 'gif');
  for (const shape of ['rectangle', 'circle']) {
    const box = { fit: 'cover', shape, format: 'webp', animated: true };
    const { data } = await renderOne(moving, marked({ place: 'centre', opacity: 50 }, box), engine);
    const { rgb, alpha, height } = await pixelReader(data);
    expect(height).toBe(240);
    for (const [index, colour] of [GREEN, BLUE].entries()) {
      const top = index * 120;
      near(
        rgb(60, top + 60),
        colour.map((level, channel) => (level + (RED[channel] ?? 0)) / 2),
        16,
      );
      near(rgb(60, top + 20), colour, 16);
      expect(alpha(1, top + 1)).toBe(shape === 'circle' ? 0 : 255);
    }
  }
});

test('in Display P3, a mark has the colour that it has in sRGB', async () => {
  const wide = await plainPicture(120, 120, GREEN).withIccProfile('p3').png().toBuffer();
  const set = variantSet(...['p3', 'srgb'].map((colour) => marked({ place: 'centre' }, { colour, format: 'png' })));
  const inP3 = new Color('srgb', RED.map((level) => level / 255) as never)
    .to('p3')
    .coords.map((level) => 255 * (level ?? 0));
  for (const { variant, data } of await renderSet(wide, set, engine)) {
    near((await pixelReader(data)).rgb(60, 60), RED);
    near((await pixelReader(data)).rgb(60, 20), GREEN);
    const stored = await pixelReader(await sharp(data, { ignoreIcc: true }).png().toBuffer());
    near(stored.rgb(60, 60), variant.colour === 'p3' ? inP3 : RED);
  }
});

test('an entry with a mark has the same bytes whichever entries are encoded with it', async () => {
  const set = variantSet(
    ...['webp', 'jpeg'].map((format) => marked({ opacity: 50 }, { format })),
    ...[
      { width: 60, height: 60 },
      { width: 120, height: 120 },
    ].map((box) => ({ ...box, format: 'png' })),
    marked({ place: 'top' }, { width: 100, height: 100 }),
  );
  const bytes = await fromPixels(130, 130, 3, (x, y) => [x, y, (x * y) % 256])
    .png()
    .toBuffer();
  const source = await engine.inspect(bytes);
  const render = async (only?: typeof set) =>
    Array.fromAsync((await engine.decode(bytes, source, set, { only })).render());
  const all = await render();
  for (const entry of set) {
    const [alone] = await render([entry]);
    expect(alone?.data).toEqual(all.find(({ variant }) => variant === entry)?.data);
  }
  expect(new Set(all.map(({ data }) => data)).size).toBe(set.length);
});

test('an engine without the mark of a set refuses to render it', async () => {
  const bytes = await ground();
  const unknown = variantSet(marked({ sha256: 'd'.repeat(64) }));
  await expect(engine.decode(bytes, await engine.inspect(bytes), unknown)).rejects.toThrow(/no watermark d{64}/);
});
