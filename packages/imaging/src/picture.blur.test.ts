import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, plainPicture, type Rgb } from './test-support/pictures.ts';
import { engineOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

const [RED, GREEN, BLUE]: [Rgb, Rgb, Rgb] = [
  [200, 40, 30],
  [30, 170, 60],
  [40, 60, 200],
];
const blur = { width: 80, height: 80, fit: 'contain', background: 'blur', quality: 100 };

/** Twice as wide as high: its quarters are green, red, blue, green. */
const quarters = () =>
  fromPixels(160, 80, 3, (x) => [GREEN, RED, BLUE, GREEN][Math.floor(x / 40)] as Rgb)
    .png()
    .toBuffer();

describe('the background "blur"', () => {
  test.each(['avif', 'webp', 'jpeg', 'png'])('is a copy of the picture that covers the box, in %s', async (format) => {
    const { rgb, alpha, ...size } = await pixelReader((await renderOne(await quarters(), { ...blur, format })).data);
    expect([size.width, size.height]).toEqual([80, 80]);
    // The picture is 80×40. Of its copy of 160×80, the outer quarters are cropped.
    for (const y of [2, 77]) {
      expect(colourDifference(rgb(10, y), RED), `${rgb(10, y)}`).toBeLessThan(6);
      expect(colourDifference(rgb(70, y), BLUE), `${rgb(70, y)}`).toBeLessThan(6);
      expect(alpha(10, y)).toBe(255);
    }
    for (const [x, colour] of [
      [10, GREEN],
      [30, RED],
      [50, BLUE],
      [70, GREEN],
    ] as const) {
      expect(colourDifference(rgb(x, 40), colour)).toBeLessThan(6);
    }
  });

  test('leaves the picture itself as it is without', async () => {
    const bytes = await quarters();
    const plain = await pixelReader((await renderOne(bytes, { ...blur, background: '#ffffff' })).data);
    const { rgb } = await pixelReader((await renderOne(bytes, blur)).data);
    for (const y of [20, 40, 59]) {
      for (let x = 0; x < 80; x++) expect(rgb(x, y)).toEqual(plain.rgb(x, y));
    }
    for (const y of [19, 60]) expect(rgb(40, y)).not.toEqual(plain.rgb(40, y));
  });

  test('has no detail: neighbouring pixels are nearly the same', async () => {
    const checks = fromPixels(200, 100, 3, (x, y) => Array(3).fill(((x >> 2) + (y >> 2)) % 2 === 0 ? 20 : 230));
    const box = { ...blur, width: 200, height: 200 };
    const { rgb } = await pixelReader((await renderOne(await checks.png().toBuffer(), box)).data);
    for (const y of [1, 25, 48, 151, 198]) {
      for (let x = 1; x < 200; x++) expect(Math.abs(rgb(x, y)[0] - rgb(x - 1, y)[0])).toBeLessThan(8);
    }
  });

  test('turns from one colour to the other over a share of the box, whatever its size', async () => {
    for (const side of [40, 80, 160]) {
      const { rgb } = await pixelReader(
        (await renderOne(await quarters(), { ...blur, width: side, height: side })).data,
      );
      // σ is 4 % of the side: at a distance of one σ, 16 % are of the other colour.
      const share = (rgb(Math.round(0.46 * side - 0.5), 2)[0] - BLUE[0]) / (RED[0] - BLUE[0]);
      expect(share, `${side}`).toBeGreaterThan(0.74);
      expect(share, `${side}`).toBeLessThan(0.94);
    }
  });

  test('is opaque: transparent pixels show the copy, which is on white', async () => {
    const half = fromPixels(80, 40, 4, (x) => (x < 40 ? [...RED, 255] : [0, 0, 0, 0]));
    for (const format of ['png', 'jpeg']) {
      const { rgb, alpha } = await pixelReader(
        (await renderOne(await half.png().toBuffer(), { ...blur, format })).data,
      );
      expect(alpha(75, 40)).toBe(255);
      expect(colourDifference(rgb(75, 40), [255, 255, 255])).toBeLessThan(4);
      expect(colourDifference(rgb(10, 40), RED)).toBeLessThan(4);
      // Within the transparent half, beside the edge.
      expect(colourDifference(rgb(42, 40), rgb(42, 5))).toBeLessThan(8);
    }
  });

  test('is in the margin that padding leaves, and nothing is enlarged', async () => {
    const small = await plainPicture(30, 20, GREEN).png().toBuffer();
    for (const fit of ['inside', 'contain']) {
      const { rgb, width, height } = await pixelReader((await renderOne(small, { ...blur, fit, padding: 10 })).data);
      expect([width, height]).toEqual(fit === 'inside' ? [40, 30] : [40, 40]);
      for (const x of [0, 39]) expect(rgb(x, 0)).toEqual(GREEN);
    }
  });

  test('is of what a trim leaves', async () => {
    const framed = fromPixels(120, 100, 3, (x, y) => (y > 20 && y < 80 && x > 0 && x < 119 ? RED : [255, 255, 255]));
    const box = { ...blur, height: 160, width: 160, trim: 8 };
    const { rgb, height } = await pixelReader((await renderOne(await framed.png().toBuffer(), box)).data);
    expect(colourDifference(rgb(40, 1), RED)).toBeLessThan(2);
    expect(colourDifference(rgb(40, height - 2), RED)).toBeLessThan(2);
  });

  test('keeps the colours of Display P3', async () => {
    const wide = await plainPicture(80, 40, RED).withIccProfile('p3').png().toBuffer();
    for (const { data } of await renderSet(wide, variantSet(blur, { ...blur, colour: 'p3' }))) {
      const { rgb } = await pixelReader(data);
      expect(colourDifference(rgb(40, 4), rgb(40, 40))).toBeLessThan(1);
    }
  });

  test.each([
    ['a picture of one pixel', 1, 1],
    ['a line', 200, 1],
    ['a column', 1, 200],
  ])('of %s has a size and a colour', async (_what, width, height) => {
    const bytes = await plainPicture(width, height, BLUE).png().toBuffer();
    const { rgb, ...made } = await pixelReader((await renderOne(bytes, { ...blur, width: 60, height: 40 })).data);
    expect(rgb(0, 0)).toEqual(BLUE);
    expect(rgb(made.width - 1, made.height - 1)).toEqual(BLUE);
  });

  test('is the same whichever entries are rendered with it', async () => {
    const bytes = await quarters();
    const set = variantSet(blur, { ...blur, width: 30, height: 30 }, { width: 160, height: 80 });
    const engine = await engineOf();
    const render = async (only?: typeof set) =>
      Array.fromAsync((await engine.decode(bytes, await engine.inspect(bytes), set, { only })).render());
    const all = await render();
    for (const entry of set) {
      const [alone] = await render([entry]);
      expect(alone?.data).toEqual(all.find(({ variant }) => variant === entry)?.data);
    }
  });
});
