import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, plainPicture, type Rgb } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const red: Rgb = [200, 20, 20];
/** Left half opaque red, right half clear with a hidden colour that must never show. */
const halfClear = () => fromPixels(80, 40, 4, (x) => (x < 40 ? [...red, 255] : [0, 255, 0, 0]));
const sources = [
  ['PNG', () => halfClear().png().toBuffer()],
  ['WebP', () => halfClear().webp({ lossless: true, exact: true }).toBuffer()],
  ['GIF', () => halfClear().gif().toBuffer()],
  ['AVIF', () => halfClear().avif({ quality: 90, effort: 0 }).toBuffer()],
] as const;

describe.each(sources)('a %s with transparency', (_format, source) => {
  test.each([
    [undefined, [255, 255, 255]],
    ['#336699', [0x33, 0x66, 0x99]],
  ] as const)('is flattened onto the variant’s background in jpeg: %s', async (background, expected) => {
    const { data } = await renderOne(await source(), {
      format: 'jpeg',
      quality: 95,
      ...(background && { background }),
    });
    const pixels = await pixelReader(data);
    expect(colourDifference(pixels.rgb(56, 16), expected)).toBeLessThan(2);
    expect(colourDifference(pixels.rgb(8, 16), red)).toBeLessThan(4);
  });

  test.each(['png', 'webp', 'avif'])('keeps it in %s, and the hidden colour never shows', async (format) => {
    const { data } = await renderOne(await source(), { format, quality: 95 });
    const pixels = await pixelReader(data);
    expect(pixels.alpha(8, 16)).toBeGreaterThan(250);
    expect(pixels.alpha(56, 16)).toBeLessThan(5);
    const [, green] = pixels.rgb(30, 16);
    expect(green).toBeLessThan(60);
  });
});

test('an edge is blended by coverage, without the hidden colour of the transparent side', async () => {
  const { data } = await renderOne(await halfClear().png().toBuffer(), { width: 9, height: 9 });
  const pixels = await pixelReader(data);
  expect(pixels.alpha(4, 2)).toBeGreaterThan(50);
  expect(pixels.alpha(4, 2)).toBeLessThan(205);
  expect(colourDifference(pixels.rgb(4, 2), red)).toBeLessThan(6);
});

test('half-transparent pixels are blended with the background in jpeg', async () => {
  const source = await plainPicture(40, 40, [0, 0, 0], 0.5).png().toBuffer();
  const { data } = await renderOne(source, { format: 'jpeg', background: '#ffffff' });
  expect(colourDifference((await pixelReader(data)).rgb(20, 20), [127, 127, 127])).toBeLessThan(2);
});

describe.each(['webp', 'png', 'avif'])('a round variant in %s', (format) => {
  const entry = { format, fit: 'cover', shape: 'circle', width: 50, height: 50, quality: 90 };

  test.each([
    ['an opaque JPEG', () => plainPicture(90, 60, red).jpeg({ quality: 95 }).toBuffer()],
    ['a grey PNG', () => plainPicture(60, 90, [90, 90, 90]).greyscale().png().toBuffer()],
    ['a smaller PNG', () => plainPicture(21, 30, red).png().toBuffer()],
  ])('of %s has clear corners and a solid centre', async (_case, source) => {
    const { data, width, height } = await renderOne(await source(), entry);
    expect(width).toBe(height);
    const pixels = await pixelReader(data);
    const last = width - 1;
    for (const [x, y] of [
      [0, 0],
      [last, 0],
      [0, last],
      [last, last],
    ] as const)
      expect(pixels.alpha(x, y)).toBeLessThan(3);
    expect(pixels.alpha(width >> 1, width >> 1)).toBeGreaterThan(252);
    expect((await metadataOf(data)).hasAlpha).toBe(true);
  });

  test('keeps transparent parts inside the circle', async () => {
    const { data, width } = await renderOne(await halfClear().png().toBuffer(), entry);
    const pixels = await pixelReader(data);
    expect(pixels.alpha(Math.round(width * 0.25), width >> 1)).toBeGreaterThan(250);
    expect(pixels.alpha(Math.round(width * 0.75), width >> 1)).toBeLessThan(5);
  });
});
