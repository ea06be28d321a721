import sharp from 'sharp';
import { expect, test } from 'vitest';
import { contentArea } from './content-area.ts';
import { fromPixels, type Rgb } from './test-support/pictures.ts';

const SIDE = 400;
const [LEFT, TOP, RIGHT, BOTTOM] = [101, 79, 303, 321];

/** A thing with sharp edges, scaled down: the area that is left of it, in pixels of the source. */
async function areaOf(ground: Rgb, thing: Rgb, factor: number) {
  const side = Math.round(SIDE / factor);
  const picture = fromPixels(SIDE, SIDE, 3, (x, y) =>
    x >= LEFT && x < RIGHT && y >= TOP && y < BOTTOM ? thing : ground,
  );
  const data = await sharp(await picture.png().toBuffer())
    .resize(side, side, { fit: 'fill' })
    .raw()
    .toBuffer();
  const area = contentArea(
    { data, raw: { width: side, height: side, channels: 3 } },
    { tolerance: 10, isScaled: factor > 1 },
  );
  const { left, top, width, height } = area;
  return { scale: SIDE / side, sides: [left, top, left + width, top + height] };
}

const grounds: Rgb[] = [
  [244, 241, 234],
  [255, 255, 255],
  [128, 128, 128],
  [20, 22, 24],
];
const things: Rgb[] = [
  [40, 60, 90],
  [230, 20, 225],
];

test.each(grounds)(
  'of a thing that was scaled down on %i, %i, %i, neither a mixed line nor a ring is left',
  async (...ground) => {
    for (const thing of things) {
      for (const factor of [1, 1.3, 2.37, 3, 4.1, 6.7, 9]) {
        const { scale, sides } = await areaOf(ground, thing, factor);
        for (const [index, exact] of [LEFT, TOP, RIGHT, BOTTOM].entries()) {
          const differs = Math.abs((sides[index] ?? 0) - exact / scale);
          expect(differs, `${thing}, ${factor}`).toBeLessThanOrEqual(factor === 1 ? 0 : 0.6);
        }
      }
    }
  },
);

test('a soft edge keeps its shadow', () => {
  const soft = Buffer.from(
    Array.from({ length: 20 }, (_, y) =>
      Array.from({ length: 20 * 3 }, () => Math.max(40, 255 - 14 * Math.min(y, 19 - y))),
    ).flat(),
  );
  const area = contentArea(
    { data: soft, raw: { width: 20, height: 20, channels: 3 } },
    { tolerance: 10, isScaled: true },
  );
  expect(area).toEqual({ left: 0, top: 1, width: 20, height: 18 });
});
