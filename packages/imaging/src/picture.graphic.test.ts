import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { confetti, text } from './test-support/graphics.ts';
import { gradientPicture, type Rgb } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

const SIDE = 96;
const ink: Rgb = [230, 60, 60];
const paper: Rgb = [20, 60, 200];
const colouredText = () => text(SIDE, ink, paper).png().toBuffer();
const isLossless = (webp: Uint8Array) => Buffer.from(webp).includes('VP8L');

async function meanDifference(source: Uint8Array, rendition: Uint8Array): Promise<number> {
  const [wanted, made] = [await pixelReader(source), await pixelReader(rendition)];
  let sum = 0;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) sum += colourDifference(wanted.rgb(x, y), made.rgb(x, y));
  return sum / SIDE ** 2;
}

describe('coloured text', () => {
  // With chroma subsampling, the mean difference is above 5 in both formats.
  test.each([
    ['avif', 3],
    ['jpeg', 4],
  ])('stays sharp in %s', async (format, within) => {
    const source = await colouredText();
    expect(
      await meanDifference(source, (await renderOne(source, { format, quality: 80, width: SIDE, height: SIDE })).data),
    ).toBeLessThan(within);
  });

  test('is a lossless webp, which is smaller than a lossy one', async () => {
    const source = await colouredText();
    const { data } = await renderOne(source, { format: 'webp', width: SIDE, height: SIDE });
    expect(isLossless(data)).toBe(true);
    expect(await meanDifference(source, data)).toBe(0);
  });
});

test('a graphic whose lossless webp is larger has a lossy one', async () => {
  const { data } = await renderOne(await confetti(SIDE).png().toBuffer(), {
    format: 'webp',
    quality: 10,
    width: SIDE,
    height: SIDE,
  });
  expect(isLossless(data)).toBe(false);
});

test('every rendition of an image is a graphic or none is, whatever it shows', async () => {
  const set = variantSet(
    { format: 'jpeg' },
    { format: 'jpeg', width: 30, height: 30, fit: 'cover' },
    { format: 'jpeg', trim: 10 },
  );
  const sampling = async (source: Buffer) =>
    Promise.all((await renderSet(source, set)).map(async ({ data }) => (await metadataOf(data)).chromaSubsampling));
  expect(new Set(await sampling(await colouredText()))).toEqual(new Set(['4:4:4']));
  expect(new Set(await sampling(await gradientPicture(SIDE, SIDE).png().toBuffer()))).toEqual(new Set(['4:2:0']));
});
