import { readFile } from 'node:fs/promises';
import { warningsOf } from '@imagemill/report';
import type { SourceFacts } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { plainPicture, type Rgb } from '../test-support/pictures.ts';
import { variantSet } from '../test-support/render.ts';
import { measure } from './measure.ts';

const read = (name: string) => readFile(new URL(`../../../../examples/photos/${name}.jpg`, import.meta.url));
const photographs = { product: await read('product'), avatar: await read('avatar') };
const SIDE = 600;
const open = (name: keyof typeof photographs) => sharp(photographs[name]).resize(SIDE, SIDE, { fit: 'cover' });

async function measured(image: Sharp) {
  const { data, info } = await sharp(await image.png().toBuffer())
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return measure({ data, raw: info });
}

const source: SourceFacts = {
  format: 'jpeg',
  width: SIDE,
  height: SIDE,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
  bytes: 1,
};

async function codes(image: Sharp) {
  const set = variantSet({ width: 100, height: 100 });
  return warningsOf({ source, set, measured: await measured(image) }).map(({ code }) => code);
}

/** Another exposure, in light of gamma 2.2. */
const exposed = async (image: Sharp, stops: number) => {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const bytes = data.map((level) => Math.min(255, Math.round(255 * ((level / 255) ** 2.2 * 2 ** stops) ** (1 / 2.2))));
  return sharp(Buffer.from(bytes), { raw: info });
};

const bars = (edges: object, background: string) =>
  open('avatar')
    .png()
    .toBuffer()
    .then((bytes) => sharp(bytes).extend({ ...edges, background }));

describe.each(['product', 'avatar'] as const)('the photograph %s', (name) => {
  test('has no warning as it is, nor as a small JPEG', async () => {
    expect(await codes(open(name))).toEqual([]);
    const small = await open(name).jpeg({ quality: 50 }).toBuffer();
    expect(await codes(sharp(small).resize(300))).toEqual([]);
  });

  test('is blurry out of focus', async () => {
    expect(await codes(open(name).blur(0.01 * SIDE))).toEqual(['blurry']);
  });

  test('is too dark four stops down', async () => {
    expect(await codes(await exposed(open(name), -4))).toContain('too-dark');
  });
});

test('a face is too bright three stops up', async () => {
  const face = open('avatar').extract({ left: 215, top: 85, width: 90, height: 120 });
  expect(await codes(face)).not.toContain('too-bright');
  expect(await codes(await exposed(face, 3))).toContain('too-bright');
});

describe('a frame', () => {
  test.each([
    ['bars above and below', { top: 60, bottom: 60 }, '#00ff00', ['top', 'bottom']],
    ['bars at the left and right', { left: 90, right: 90 }, '#808080', ['right', 'left']],
    ['all around', { left: 20, right: 20, top: 20, bottom: 20 }, '#ff00ff', ['top', 'right', 'bottom', 'left']],
  ])('of %s is found', async (_which, edges, background, sides) => {
    expect((await measured(await bars(edges, background))).framed).toEqual(sides);
  });

  const strip = async (colour: Rgb, { width, height }: { width: number; height: number }) => ({
    input: await plainPicture(width, height, colour).png().toBuffer(),
  });
  const gold: Rgb = [201, 162, 39];
  const red: Rgb = [200, 20, 40];
  const white: Rgb = [255, 255, 255];
  const inset = 30;
  const lines = async (shift: number) => {
    const [across, upright] = [
      { width: SIDE - 2 * inset, height: 8 },
      { width: 8, height: SIDE - 2 * inset },
    ];
    return [
      { ...(await strip(gold, across)), left: inset, top: inset },
      { ...(await strip(gold, across)), left: inset, top: SIDE - inset - 8 },
      { ...(await strip(gold, upright)), left: inset, top: inset },
      { ...(await strip(gold, upright)), left: SIDE - inset - 8 - shift, top: inset },
    ];
  };

  test.each(['product', 'avatar'] as const)('that is a line over the photograph %s is found', async (name) => {
    const drawn = await measured(open(name).composite(await lines(0)));
    expect(drawn.framed).toEqual(['top', 'right', 'bottom', 'left']);
    const unequal = sharp(
      await open(name)
        .composite(await lines(20))
        .png()
        .toBuffer(),
    );
    expect(await codes(unequal)).toEqual([]);
  });

  test('that is transparent is found', async () => {
    const veil = await plainPicture(SIDE, SIDE, white, 0.5)
      .composite([
        {
          input: await plainPicture(SIDE - 60, SIDE - 60, white)
            .png()
            .toBuffer(),
          blend: 'dest-out',
        },
      ])
      .png()
      .toBuffer();
    expect(await codes(open('avatar').composite([{ input: veil }]))).toEqual(['framed']);
  });

  test('at one side is found with letters in it, and not without', async () => {
    const bar = { ...(await strip(red, { width: SIDE, height: 80 })), left: 0, top: SIDE - 80 };
    const letter = await strip(white, { width: 20, height: 40 });
    const letters = [40, 80, 120, 300].map((left) => ({ ...letter, left, top: SIDE - 60 }));
    const lettered = open('avatar').composite([bar, ...letters]);
    expect(await measured(lettered)).toMatchObject({ framed: ['bottom'], lettered: ['bottom'] });
    expect(await codes(sharp(await lettered.png().toBuffer()))).toEqual(['framed']);
    expect(await codes(open('avatar').composite([bar]))).toEqual([]);
  });

  test('is not found around a product on white', async () => {
    const product = plainPicture(200, 200, [34, 51, 68]).extend({
      top: 200,
      bottom: 200,
      left: 200,
      right: 200,
      background: 'white',
    });
    expect((await measured(product)).framed).toEqual([]);
  });

  test('is not found in a plain picture', async () => {
    expect((await measured(plainPicture(80, 80, [9, 9, 9]))).framed).toEqual([]);
  });
});

test.each([
  [1, 1],
  [2, 2],
  [3, 400],
  [400, 1],
])('a picture of %i × %i pixels can be measured', async (width, height) => {
  expect(await measured(plainPicture(width, height, [200, 100, 50]))).toMatchObject({ sharpness: 0, framed: [] });
});

test('transparent parts count as white', async () => {
  const { light } = await measured(plainPicture(40, 40, [0, 0, 0], 0));
  expect(light).toEqual({ shadow: 255, middle: 255, highlight: 255 });
});

describe('the perceptual hash', () => {
  const hashOf = async (image: Sharp) => (await measured(image)).hash ?? '';
  const bits = (one: string, other: string) =>
    [...(BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2)].filter((bit) => bit === '1').length;

  test('is nearly the same for edited copies, and far from that of another photograph', async () => {
    const original = await hashOf(open('product'));
    const copies = [
      sharp(await open('product').png().toBuffer()).resize(200),
      sharp(await open('product').jpeg({ quality: 40 }).toBuffer()),
      open('product').modulate({ brightness: 1.15 }),
      open('product').grayscale(),
    ];
    for (const copy of copies) expect(bits(original, await hashOf(copy))).toBeLessThanOrEqual(4);
    expect(bits(original, await hashOf(open('avatar')))).toBeGreaterThan(16);
  });

  test('is missing for a plain picture', async () => {
    expect(await measured(plainPicture(40, 40, [7, 80, 90]))).not.toHaveProperty('hash', expect.anything());
  });
});
