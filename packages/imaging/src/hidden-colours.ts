import type { Pixels } from './pixels.ts';

const RGBA = 4;
/** Pixels per side: encoders work in blocks of this size, and a block of one colour takes almost no bytes. */
const BLOCK = 16;
/** Masks of an RGBA pixel as a word: alpha is the highest byte on little-endian processors. */
const COLOUR = 0x00_ff_ff_ff;
const OPAQUE = 0xff_00_00_00;
const isClear = (pixel: number) => pixel >>> 24 === 0;

/**
 * Gives clear pixels the mean colour of the visible pixels in their block, in place. A block without visible pixels takes
 * the colour of the nearest one in its row, or of the row above or below. Lossy encoders mix neighbouring pixels: black
 * ones would show as a ring around the visible part.
 */
export function spreadColours(pixels: Pixels): void {
  if (pixels.raw.channels !== RGBA) return;
  const { width, height } = pixels.raw;
  const words = wordsOf(pixels.data);
  const columns = Math.ceil(width / BLOCK);
  const blocks = blockColours(words, width, height, columns);
  spreadToEmpty(blocks, columns);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / BLOCK) * columns;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (isClear(words[at] as number)) words[at] = (blocks[row + Math.floor(x / BLOCK)] as number) & COLOUR;
    }
  }
}

/** The mean colour of each block's visible pixels, opaque; 0 if it has none. */
function blockColours(words: Uint32Array, width: number, height: number, columns: number): Uint32Array {
  const count = columns * Math.ceil(height / BLOCK);
  const [reds, greens, blues, weights] = Array.from({ length: 4 }, () => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / BLOCK) * columns;
    for (let x = 0; x < width; x++) {
      const pixel = words[y * width + x] as number;
      const alpha = pixel >>> 24;
      if (alpha === 0) continue;
      const block = row + Math.floor(x / BLOCK);
      reds[block] = (reds[block] as number) + alpha * (pixel & 255);
      greens[block] = (greens[block] as number) + alpha * ((pixel >>> 8) & 255);
      blues[block] = (blues[block] as number) + alpha * ((pixel >>> 16) & 255);
      weights[block] = (weights[block] as number) + alpha;
    }
  }
  return Uint32Array.from(weights, (weight, block) => {
    if (weight === 0) return 0;
    const mean = (sums: Float64Array) => Math.round((sums[block] as number) / weight);
    return OPAQUE | (mean(blues) << 16) | (mean(greens) << 8) | mean(reds);
  });
}

function spreadToEmpty(blocks: Uint32Array, columns: number): void {
  let above: number | undefined;
  for (let start = 0; start < blocks.length; start += columns) {
    if (spreadInRow(blocks, start, columns)) {
      if (above === undefined)
        for (let row = 0; row < start; row += columns) blocks.copyWithin(row, start, start + columns);
      above = start;
    } else if (above !== undefined) blocks.copyWithin(start, above, above + columns);
  }
}

/** Returns whether the row has visible blocks; if not, it is unchanged. */
function spreadInRow(blocks: Uint32Array, start: number, columns: number): boolean {
  let left = -1;
  for (let x = 0; x < columns; x++) {
    const block = blocks[start + x] as number;
    if (isClear(block)) continue;
    const middle = left < 0 ? 0 : (left + x + 1) >> 1;
    if (left >= 0) blocks.fill(blocks[start + left] as number, start + left + 1, start + middle);
    blocks.fill(block, start + Math.max(middle, left + 1), start + x);
    left = x;
  }
  if (left >= 0) blocks.fill(blocks[start + left] as number, start + left + 1, start + columns);
  return left >= 0;
}

/** A copy with black clear pixels, for lossless encoders. Other encoders share the original. */
export function withoutHiddenColours(pixels: Pixels): Pixels {
  if (pixels.raw.channels !== RGBA) return pixels;
  const data = Buffer.from(pixels.data);
  const words = wordsOf(data);
  for (let at = 0; at < words.length; at++) if (isClear(words[at] as number)) words[at] = 0;
  return { data, raw: pixels.raw };
}

const wordsOf = (data: Buffer) => new Uint32Array(data.buffer, data.byteOffset, data.byteLength / RGBA);
