import { expect, test } from 'vitest';
import { createSsimulacra2, type RgbPixels } from './ssimulacra2.ts';

const picture = (side: number, level: (index: number) => number): RgbPixels => ({
  data: Uint8Array.from({ length: side * side * 3 }, (_, index) => level(index)),
  width: side,
  height: side,
});
const uniform = (side: number, level: number) => picture(side, () => level);
const gradient = (side: number) => picture(side, (index) => (((index / 3) | 0) % side) * (255 / (side - 1)));

function noise(side: number, seed: bigint): RgbPixels {
  let state = seed;
  return picture(side, () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) & 255n);
  });
}

// Scores of the C++ program for generated pictures, as published in imazen/ssimulacra2, src/reference_data.rs. It computes with 32 bits:
// for pictures without any contrast, its rounding errors weigh up to 0.8.
test.each([
  ['a gradient', 'grey', gradient(64), uniform(64, 128), -64.5687, 0.01],
  ['noise', 'grey', noise(64, 42n), uniform(64, 128), -47.3357, 0.01],
  ['grey', 'lighter grey', uniform(64, 128), uniform(64, 178), -8.7594, 0.1],
  ['grey', 'lighter grey', uniform(128, 128), uniform(128, 178), -9.8238, 0.1],
  ['grey', 'lighter grey', uniform(256, 128), uniform(256, 178), -0.3909, 0.1],
  ['grey', 'slightly lighter grey', uniform(64, 128), uniform(64, 148), 56.0586, 0.15],
  ['grey', 'slightly lighter grey', uniform(128, 128), uniform(128, 148), 54.2788, 0.15],
  ['grey of 32 pixels', 'lighter grey', uniform(32, 128), uniform(32, 178), 85.0141, 0.8],
])('scores %s against %s like the published implementation', (_, __, reference, distorted, score, tolerance) => {
  expect(Math.abs(createSsimulacra2(reference)(distorted) - score)).toBeLessThan(tolerance);
});

test('scores equal pictures 100, whatever their sides', () => {
  const odd = { data: noise(32, 1n).data.subarray(0, 3 * 31 * 9), width: 31, height: 9 };
  expect(createSsimulacra2(odd)(odd)).toBe(100);
});

test('rejects a picture of another size', () => {
  expect(() => createSsimulacra2(uniform(16, 0))(uniform(17, 0))).toThrow('same size');
});
