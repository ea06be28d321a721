import { expect } from 'vitest';
import { colourDifference } from './colour-difference.ts';
import type { Rgb } from './pictures.ts';
import { PATCH } from './png.ts';
import { pixelReader, renderOne } from './render.ts';

/** The colours of a row of patches as sRGB, with their alpha. */
export const patchColours = async (bytes: Buffer, count: number) => {
  const pixels = await pixelReader((await renderOne(bytes, { width: count * PATCH })).data);
  const at = (index: number) => [index * PATCH + PATCH / 2, PATCH / 2] as const;
  return Array.from({ length: count }, (_, index) => [...pixels.rgb(...at(index)), pixels.alpha(...at(index))]);
};

/** @param within the largest ΔE2000 */
export function expectColours(found: readonly number[][], expected: readonly Rgb[], within = 2): void {
  expect(found.length).toBe(expected.length);
  for (const [index, colour] of expected.entries()) {
    const [red = 0, green = 0, blue = 0] = found[index] ?? [];
    expect(colourDifference([red, green, blue], colour), `patch ${index}: ${found[index]}`).toBeLessThan(within);
  }
}
