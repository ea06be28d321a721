import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, gradientPicture, type Rgb } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const saturated: Rgb[] = [
  [220, 20, 20],
  [20, 20, 220],
  [20, 180, 20],
  [240, 220, 30],
];
/** Stripes three pixels wide: chroma subsampling would mix their colours. */
const colourAt = (x: number, y: number): Rgb =>
  saturated[(Math.floor(x / 3) + Math.floor(y / 3)) % saturated.length] as Rgb;
const icon = (side: number) => fromPixels(side, side, 3, colourAt).png().toBuffer();

async function meanDifference(data: Uint8Array, side: number): Promise<number> {
  const pixels = await pixelReader(data);
  let sum = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) sum += colourDifference(pixels.rgb(x, y), colourAt(x, y));
  }
  return sum / side ** 2;
}

describe('a tiny colourful source', () => {
  test.each([
    ['webp', 0.01],
    ['jpeg', 3],
    ['avif', 3],
  ])('keeps adjacent colours separate in %s', async (format, within) => {
    for (const side of [16, 64]) {
      const { data } = await renderOne(await icon(side), { format, quality: 90 });
      expect(await meanDifference(data, side), `${side} px`).toBeLessThan(within);
    }
  });

  test('is encoded without chroma subsampling', async () => {
    expect((await metadataOf((await renderOne(await icon(64), { format: 'jpeg' })).data)).chromaSubsampling).toBe(
      '4:4:4',
    );
  });
});

test('a larger source is encoded with chroma subsampling, even in a small rendition', async () => {
  const source = await gradientPicture(65, 65).png().toBuffer();
  const { data } = await renderOne(source, { width: 48, height: 48, format: 'jpeg' });
  expect((await metadataOf(data)).chromaSubsampling).toBe('4:2:0');
  const { data: webp } = await renderOne(source, { width: 48, height: 48, format: 'webp' });
  expect(Buffer.from(webp).includes('VP8L')).toBe(false);
  expect((await sharp(webp).metadata()).width).toBe(48);
});
