import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerColours, cornerPicture } from './test-support/pictures.ts';
import { pixelReader, renderOne } from './test-support/render.ts';

/** Indices of the stored corners at the upright top left, top right, bottom left and bottom right: EXIF 2.3, table 6. */
const uprightCorners = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [3, 2, 1, 0],
  4: [2, 3, 0, 1],
  5: [0, 2, 1, 3],
  6: [2, 0, 3, 1],
  7: [3, 1, 2, 0],
  8: [1, 3, 0, 2],
} as const;

const orientations = Object.entries(uprightCorners).map(([text, corners]) => ({ orientation: Number(text), corners }));
const rotated = (orientation: number) => orientation >= 5;

describe.each(orientations)('a source with EXIF orientation $orientation', ({ orientation, corners }) => {
  const stored = () => cornerPicture(120, 60).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();

  test.each([
    ['much smaller', 30],
    ['a little smaller', 100],
    ['not smaller', 500],
  ])('is rendered upright if the rendition is %s', async (_how, side) => {
    const { data, width, height } = await renderOne(await stored(), { width: side, height: side });
    const long = Math.min(side, 120);
    expect([width, height]).toEqual(rotated(orientation) ? [long / 2, long] : [long, long / 2]);
    const pixels = await pixelReader(data);
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    const places = [
      [2, 2],
      [width - 3, 2],
      [2, height - 3],
      [width - 3, height - 3],
    ] as const;
    for (const [index, [x, y]] of places.entries()) {
      const expected = cornerColours[corners[index] ?? 0];
      expect(expected && colourDifference(pixels.rgb(x, y), expected), `corner ${index}`).toBeLessThan(5);
    }
  });

  test('is inspected with its upright size, and no rendition is rotated twice', async () => {
    const bytes = await stored();
    const facts = await (await createImagingEngine()).inspect(bytes);
    expect(facts).toMatchObject({
      orientation,
      width: rotated(orientation) ? 60 : 120,
      height: rotated(orientation) ? 120 : 60,
    });
    for (const format of ['webp', 'jpeg', 'avif']) {
      expect((await sharp((await renderOne(bytes, { format })).data).metadata()).orientation ?? 1).toBe(1);
    }
  });
});

test.each(['0', '9', '300'])('the invalid orientation %s counts as upright', async (orientation) => {
  const bytes = await cornerPicture(12, 6)
    .jpeg()
    .withExif({ IFD0: { Orientation: orientation } })
    .toBuffer();
  expect(await (await createImagingEngine()).inspect(bytes)).toMatchObject({ orientation: 1, width: 12, height: 6 });
});
