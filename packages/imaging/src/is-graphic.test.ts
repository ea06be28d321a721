import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { isGraphic } from './is-graphic.ts';
import { barChart, confetti, logo, text, userInterface } from './test-support/graphics.ts';
import { createRandom, fromPixels, gradientPicture, plainPicture } from './test-support/pictures.ts';

async function isGraphicWhenDecoded(image: Sharp): Promise<boolean> {
  const { data, info } = await sharp(await image.png().toBuffer())
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return isGraphic({ data, raw: info });
}

const SIDES = [65, 150, 400];

describe('a picture that was drawn is a graphic:', () => {
  test.each([
    ['a bar chart', barChart],
    ['a logo on white', logo],
    ['black text on white', text],
    ['red text on blue', (side: number) => text(side, [230, 60, 60], [20, 60, 200])],
    ['a single colour', (side: number) => plainPicture(side, side, [9, 99, 200])],
    ['few colours at random', confetti],
  ])('%s', async (_, draw) => {
    for (const side of SIDES) expect(await isGraphicWhenDecoded(draw(side)), `${side} px`).toBe(true);
  });

  test('a user interface with a gradient, from 150 pixels on', async () => {
    for (const side of [150, 400]) expect(await isGraphicWhenDecoded(userInterface(side)), `${side} px`).toBe(true);
  });

  test('with a transparent background', async () => {
    const { data, info } = await logo(150).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    for (let at = 0; at < data.length; at += 4) if (data.readUIntBE(at, 3) === 0xffffff) data[at + 3] = 0;
    expect(await isGraphicWhenDecoded(sharp(data, { raw: info }))).toBe(true);
  });
});

/** An ellipse of a photograph on white, as in catalogues. */
function cutOut(side: number): Sharp {
  const random = createRandom(3);
  return fromPixels(side, side, 3, (x, y) => {
    if (Math.hypot(x / side - 0.5, y / side - 0.5) > 0.3) return [255, 255, 255];
    const grain = random() * 16;
    return [(x / side) * 200 + grain, 60 + grain, (y / side) * 200 + grain];
  });
}

describe('a photograph is not a graphic:', () => {
  test.each([
    ['with grain', (side: number) => gradientPicture(side, side)],
    ['in grey', (side: number) => gradientPicture(side, side).grayscale()],
    ['nearly black', (side: number) => gradientPicture(side, side).linear(0.2)],
    ['out of focus', (side: number) => gradientPicture(side, side).blur(4)],
    ['cut out, on white', cutOut],
  ])('%s', async (_, take) => {
    for (const side of SIDES) expect(await isGraphicWhenDecoded(take(side)), `${side} px`).toBe(false);
  });
});

test('text that was compressed with loss is not a graphic', async () => {
  const jpeg = await text(400).jpeg({ quality: 60 }).toBuffer();
  expect(await isGraphicWhenDecoded(sharp(jpeg))).toBe(false);
});
