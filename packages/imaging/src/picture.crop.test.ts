import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerColours, cornerPicture, createRandom, fromPixels, type Rgb } from './test-support/pictures.ts';
import { pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { rootMeanSquare } from './test-support/root-mean-square.ts';

const cover = { width: 40, height: 40, fit: 'cover', quality: 95 };
const [red, green, blue]: readonly [Rgb, Rgb, Rgb] = [
  [200, 30, 30],
  [30, 160, 40],
  [40, 60, 200],
];

describe('a crop at the centre', () => {
  const thirds = (long: number, short: number, upright: boolean) =>
    fromPixels(upright ? short : long, upright ? long : short, 3, (x, y) => {
      const part = ((upright ? y : x) * 3) / long;
      return part < 1 ? red : part < 2 ? green : blue;
    });

  test.each([false, true])(
    'shows exactly the middle third of a picture of three thirds: upright %s',
    async (upright) => {
      const { data } = await renderOne(await thirds(360, 120, upright).png().toBuffer(), cover);
      const pixels = await pixelReader(data);
      expect([pixels.width, pixels.height]).toEqual([40, 40]);
      for (const at of [2, 20, 37]) {
        const [x, y] = upright ? [20, at] : [at, 20];
        expect(colourDifference(pixels.rgb(x, y), green), `${at}`).toBeLessThan(3);
      }
    },
  );

  test('shows the same part if it is derived from a larger rendition', async () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 80 }, () => random() * 255);
    const source = await fromPixels(801, 533, 3, (x, y) => [rows[x % 80] ?? 0, rows[y % 80] ?? 0, (x * y) % 251])
      .blur(4)
      .png()
      .toBuffer();
    const ladder = [100, 200, 400, 801].map((width) => ({ width, height: width }));
    const alone = await renderOne(source, cover);
    const made = await renderSet(source, variantSet({ ...cover, name: 'crop' }, ...ladder));
    const derived = made.find(({ variant }) => variant.name === 'crop');
    expect(await rootMeanSquare(alone.data, derived?.data ?? Buffer.of())).toBeLessThan(2);
  });
});

describe('a crop around a focus', () => {
  const engine = createImagingEngine();
  const entries = variantSet(
    { ...cover, name: 'focused', position: 'focus' },
    { ...cover, name: 'centred' },
    { ...cover, name: 'round', position: 'focus', shape: 'circle' },
    { name: 'all', width: 300, height: 300 },
  );
  const render = async (bytes: Buffer, focus?: { x: number; y: number }) => {
    const { inspect, decode } = await engine;
    const picture = await decode(bytes, await inspect(bytes), entries, { focus });
    const made = await Array.fromAsync(picture.render());
    return Object.fromEntries(made.map(({ variant, data }) => [variant.name, data]));
  };
  const colourOf = async (data: Uint8Array | undefined) => (await pixelReader(data ?? Buffer.of())).rgb(20, 20);

  test.each([1, 6])('shows the part of the upright picture around it: EXIF orientation %i', async (orientation) => {
    const picture = cornerPicture(300, 240);
    const stored = await (orientation === 6 ? picture.rotate(270) : picture).png().toBuffer();
    const bytes = await sharp(stored).withMetadata({ orientation }).png().toBuffer();
    const corners = [
      [0.2, 0.2],
      [0.9, 0.1],
      [0, 1],
      [1, 0.95],
    ] as const;
    for (const [index, [x, y]] of corners.entries()) {
      const wide = await renderOneOf(bytes, { ...cover, width: 120, height: 40 }, { x, y });
      expect(colourDifference(wide.rgb(60, y < 0.5 ? 2 : 37), wide.rgb(60, 20)), 'one colour').toBeLessThan(3);
      const { focused, round } = await render(bytes, { x, y });
      for (const data of [focused, round]) {
        // The box is square: it is as high as the picture, and the focus moves it to the left or right.
        const pixels = await pixelReader(data ?? Buffer.of());
        const place = [x < 0.5 ? 10 : 30, y < 0.5 ? 10 : 30] as const;
        expect(colourDifference(pixels.rgb(...place), cornerColours[index] ?? red), `${x}, ${y}`).toBeLessThan(3);
      }
    }
  });

  async function renderOneOf(bytes: Buffer, entry: object, focus: { x: number; y: number }) {
    const { inspect, decode } = await engine;
    const set = variantSet({ ...entry, position: 'focus' });
    const picture = await decode(bytes, await inspect(bytes), set, { focus });
    const [made] = await Array.fromAsync(picture.render());
    return pixelReader(made?.data ?? Buffer.of());
  }

  test('is that of the centre without a focus, and a focus moves no other entry', async () => {
    const bytes = await cornerPicture(300, 100).png().toBuffer();
    const without = await render(bytes);
    expect(without.focused).toEqual(without.centred);
    const moved = await render(bytes, { x: 0, y: 0 });
    expect(moved.centred).toEqual(without.centred);
    expect(moved.all).toEqual(without.all);
    expect(moved.focused).not.toEqual(without.focused);
    expect(colourDifference(await colourOf(moved.focused), cornerColours[2])).toBeLessThan(3);
  });
});

describe('a crop by content keeps the interesting part', () => {
  const random = createRandom(9);
  const noise = (inside: boolean): Rgb => (inside ? [random() * 255, random() * 255, random() * 255] : [128, 128, 128]);
  const skin = (inside: boolean): Rgb => (inside ? [224, 160, 120] : [128, 128, 128]);

  test.each([
    ['attention', 'left', skin],
    ['attention', 'right', skin],
    ['entropy', 'left', noise],
    ['entropy', 'right', noise],
  ] as const)('%s, at the %s', async (position, end, colourOf) => {
    const picture: Sharp = fromPixels(400, 100, 3, (x, y) =>
      colourOf((end === 'left' ? x < 60 : x >= 340) && y > 20 && y < 80),
    );
    const source = await picture.png().toBuffer();
    const colourful = async (entry: object) => {
      const [channel] = (await sharp((await renderOne(source, { ...cover, ...entry })).data).stats()).channels;
      return (channel?.stdev ?? 0) > 5;
    };
    expect(await colourful({ position })).toBe(true);
    expect(await colourful({ position: 'centre' })).toBe(false);
  });
});
