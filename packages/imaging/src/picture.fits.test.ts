import { Fit, planRenditions } from '@imagemill/variants';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import {
  animation,
  cornerColours,
  cornerPicture,
  fromPixels,
  plainPicture,
  type Rgb,
} from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

const padding: Rgb = [255, 0, 255];
const boxes = [
  { width: 24, height: 24 },
  { width: 41, height: 20 },
  { width: 20, height: 41 },
  { width: 90, height: 61 },
];
const everyFit = variantSet(
  ...boxes.flatMap((box) => [
    ...Fit.options.map((fit) => ({ ...box, name: `${fit}-${box.width}`, fit, background: '#ff00ff' })),
    ...(['contain', 'inside'] as const).map((fit) => ({
      ...box,
      name: `${fit}-padded-${box.width}`,
      fit,
      background: '#ff00ff',
      padding: 4,
    })),
  ]),
);
const sources = [
  [60, 40],
  [40, 60],
  [50, 50],
  [31, 9],
  [300, 200],
] as const;
const cases = sources.flatMap(([width, height]) => [1, 6].map((orientation) => ({ width, height, orientation })));

test.each(cases)(
  'every fit of a source of $width×$height with EXIF orientation $orientation has its planned size, and its picture in its planned place',
  async ({ width, height, orientation }) => {
    const isTurned = orientation === 6;
    // Turned, the stored top left corner is at the top right.
    const stored = await (isTurned ? cornerPicture(height, width).rotate(270) : cornerPicture(width, height))
      .png()
      .toBuffer();
    const upright = isTurned ? await sharp(stored).metadata() : { width, height };
    const bytes = await sharp(stored).withMetadata({ orientation }).png().toBuffer();
    const source = isTurned ? { width: upright.height, height: upright.width } : upright;
    const made = await renderSet(bytes, everyFit);
    for (const plan of planRenditions(source, everyFit)) {
      const { name } = plan.variant;
      const data = made.find(({ variant }) => variant === plan.variant)?.data ?? Buffer.of();
      const pixels = await pixelReader(data);
      expect([pixels.width, pixels.height], name).toEqual([plan.width, plan.height]);
      for (const [x, y, colour] of expectedCorners(plan)) {
        // Scaling mixes the quarters of a picture of three rows.
        expect(colourDifference(pixels.rgb(x, y), colour), `${name} at ${x}, ${y}`).toBeLessThan(6);
      }
    }
  },
);

/** The corners of the picture, and the padding beside it. */
function expectedCorners({ crop, inset, width, height }: ReturnType<typeof planRenditions>[number]) {
  const [left, top] = [inset.left, inset.top];
  const [right, bottom] = [left + crop.width - 1, top + crop.height - 1];
  const places = [
    [left, top, cornerColours[0]],
    [right, top, cornerColours[1]],
    [left, bottom, cornerColours[2]],
    [right, bottom, cornerColours[3]],
  ] as const;
  const beside = [
    [left - 1, top],
    [right + 1, top],
    [left, top - 1],
    [left, bottom + 1],
  ] as const;
  const isInside = ([x, y]: readonly [number, number]) => x >= 0 && y >= 0 && x < width && y < height;
  return [...places, ...beside.filter(isInside).map(([x, y]) => [x, y, padding] as const)];
}

test('every fit of an animation keeps all frames, in the planned size and place', async () => {
  const colours = [
    [200, 30, 30],
    [30, 160, 40],
  ] as const;
  const bytes = await animation(
    60,
    40,
    colours.map((colour, index) => ({ colour, delayMs: 40 + index })),
    'gif',
  );
  const set = everyFit.map((entry) => ({ ...entry, format: 'webp', animated: true }) as const);
  const made = await renderSet(bytes, set);
  for (const plan of planRenditions({ width: 60, height: 40 }, set)) {
    const { name } = plan.variant;
    const data = made.find(({ variant }) => variant === plan.variant)?.data ?? Buffer.of();
    expect(await metadataOf(data), name).toMatchObject({ width: plan.width, pageHeight: plan.height, pages: 2 });
    const pixels = await pixelReader(data);
    for (const [index, colour] of colours.entries()) {
      for (const [x, y, expected] of expectedCorners(plan)) {
        const wanted = expected === padding ? padding : colour;
        // A rendition of such a small source is lossless.
        const difference = colourDifference(pixels.rgb(x, index * plan.height + y), wanted);
        expect(difference, `${name} at ${x}, ${y} of frame ${index}`).toBeLessThan(3);
      }
    }
  }
});

describe('the background of "contain"', () => {
  const contain = { width: 40, height: 40, fit: 'contain', quality: 95 };
  const red: Rgb = [200, 30, 30];
  const wide = (alpha?: number) => plainPicture(40, 20, red, alpha).png().toBuffer();

  test.each(['avif', 'webp', 'png'])('is transparent in %s', async (format) => {
    const { data } = await renderOne(await wide(), { ...contain, format, background: 'transparent' });
    const pixels = await pixelReader(data);
    expect(pixels.alpha(20, 2)).toBeLessThan(3);
    expect(pixels.alpha(20, 20)).toBeGreaterThan(252);
    expect(colourDifference(pixels.rgb(20, 20), red)).toBeLessThan(3);
  });

  test.each(['avif', 'webp', 'jpeg', 'png'])('is a colour in %s, also behind transparent pixels', async (format) => {
    const { data } = await renderOne(await wide(0), { ...contain, format, background: '#10e040' });
    const pixels = await pixelReader(data);
    for (const y of [1, 20, 38]) {
      expect(colourDifference(pixels.rgb(20, y), [16, 224, 64]), `${y}`).toBeLessThan(3);
      expect(pixels.alpha(20, y)).toBe(255);
    }
  });

  test('is white if none is given', async () => {
    const { data } = await renderOne(await wide(), contain);
    expect((await pixelReader(data)).rgb(1, 1)).toEqual([255, 255, 255]);
  });

  test('is with "auto" the most frequent colour of the border, in every format', async () => {
    const framed = await fromPixels(40, 20, 3, (x, y) =>
      x === 0 || y === 0 || x === 39 || y === 19 ? (x < 8 ? [10, 10, 10] : [30, 120, 200]) : red,
    )
      .png()
      .toBuffer();
    for (const format of ['avif', 'webp', 'jpeg', 'png']) {
      const { data } = await renderOne(framed, { ...contain, format, background: 'auto' });
      expect(colourDifference((await pixelReader(data)).rgb(20, 2), [30, 120, 200]), format).toBeLessThan(3);
    }
  });

  test('is with "auto" transparent if most of the border is, and white in jpeg', async () => {
    const clear = await wide(0);
    const png = await pixelReader((await renderOne(clear, { ...contain, background: 'auto' })).data);
    expect(png.alpha(1, 1)).toBe(0);
    const jpeg = await renderOne(clear, { ...contain, background: 'auto', format: 'jpeg' });
    expect((await pixelReader(jpeg.data)).rgb(1, 1)).toEqual([255, 255, 255]);
  });

  test('is the same whichever entries are rendered with it, and does not affect them', async () => {
    const bytes = await wide();
    const plain = { name: 'plain', width: 20, height: 20 };
    const made = await renderSet(bytes, variantSet({ ...contain, name: 'padded', background: 'auto' }, plain));
    expect(made.find(({ variant }) => variant.name === 'plain')?.data).toEqual((await renderOne(bytes, plain)).data);
  });
});
