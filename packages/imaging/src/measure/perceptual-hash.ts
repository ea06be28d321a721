import sharp from 'sharp';
import type { GreyFrame } from './grey-frame.ts';

const SIDE = 32;
const LOW = 8;
/** Standard deviation of the luma: a plain picture has no structure, and its hash would be noise. */
const DEVIATION_MIN = 4;

/**
 * 64 bits that similar pictures share, in 16 hex digits: the signs of the lowest frequencies of the cosine transform against their median.
 * Undefined for a plain picture. C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1.
 */
export async function perceptualHash(frame: GreyFrame): Promise<string | undefined> {
  const { luma, width, height } = frame;
  const small = await sharp(luma, { raw: { width, height, channels: 1 } })
    .resize(SIDE, SIDE, { fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  if (deviation(small) < DEVIATION_MIN) return undefined;
  const frequencies = lowFrequencies(small);
  // The first one is the mean brightness.
  const median = medianOf(frequencies.slice(1));
  let hash = 0n;
  for (const frequency of frequencies) hash = (hash << 1n) | (frequency > median ? 1n : 0n);
  return hash.toString(16).padStart(16, '0');
}

const cosines = Array.from({ length: LOW }, (_, k) =>
  Array.from({ length: SIDE }, (_, n) => Math.cos((Math.PI * (2 * n + 1) * k) / (2 * SIDE))),
);

/** The first 8 × 8 coefficients of the transform of 32 × 32 pixels, row by row; not normalised, which changes no sign. */
function lowFrequencies(pixels: Uint8Array): number[] {
  const rows = cosines.map((wave) =>
    Array.from({ length: SIDE }, (_, y) => wave.reduce((sum, at, x) => sum + at * (pixels[y * SIDE + x] as number), 0)),
  );
  return cosines.flatMap((wave) => rows.map((row) => wave.reduce((sum, at, y) => sum + at * (row[y] as number), 0)));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle] as number) + (sorted[sorted.length - 1 - middle] as number)) / 2;
}

function deviation(values: Uint8Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
