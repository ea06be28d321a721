import { expect } from 'vitest';
import { colourDifference } from './colour-difference.ts';
import { sampleColour } from './heic.ts';
import type { Rgb } from './pictures.ts';
import { pixelReader, renderOne, renderSet, variantSet } from './render.ts';

/** Pixels at which a rendition is compared with `sampleColour`. */
export const samplePoints = [
  [5, 5],
  [60, 4],
  [6, 42],
  [58, 40],
  [32, 24],
] as const;

/** Renders losslessly at full size. */
export async function rendered(bytes: Buffer) {
  const { data } = await renderOne(bytes, { width: 4096, height: 4096, format: 'png' });
  return pixelReader(data);
}

/** Renders a sample losslessly, and compares its colours. @param within the largest difference that is allowed */
export async function expectSample(
  bytes: Buffer,
  within: number,
  expected: (x: number, y: number) => Rgb = sampleColour,
) {
  const pixels = await rendered(bytes);
  for (const [x, y] of samplePoints) {
    expect(colourDifference(pixels.rgb(x, y), expected(x, y)), `${x},${y}: ${pixels.rgb(x, y)}`).toBeLessThan(within);
  }
  return pixels;
}

export async function expectSampleInEveryFormat(bytes: Buffer) {
  const set = variantSet(...['avif', 'webp', 'jpeg', 'png'].map((format) => ({ format, quality: 95 })));
  for (const { data, variant } of await renderSet(bytes, set)) {
    const { rgb } = await pixelReader(data);
    for (const [x, y] of samplePoints) {
      expect(colourDifference(rgb(x, y), sampleColour(x, y)), variant.format).toBeLessThan(6);
    }
  }
}
