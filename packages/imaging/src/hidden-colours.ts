import type { Pixels } from './pixels.ts';

const RGBA = 4;
/** Of a pixel in one word, as every processor that Node runs on stores it: alpha is its highest byte. */
const COLOUR = 0x00_ff_ff_ff;
const isClear = (pixel: number) => pixel >>> 24 === 0;

/**
 * Gives clear pixels the colour of the nearest one in their row that is not clear, or of the nearest such row, in place. A
 * lossy encoder mixes neighbours: black ones would show as a ring around the visible part, and make the file larger.
 */
export function spreadColours(pixels: Pixels): void {
  const { width, height, channels } = pixels.raw;
  if (channels !== RGBA) return;
  const words = wordsOf(pixels.data);
  let above: number | undefined;
  for (let y = 0; y < height; y++) {
    if (spreadInRow(words, y * width, width)) {
      if (above === undefined) for (let row = 0; row < y; row++) copyColours(words, y, row, width);
      above = y;
    } else if (above !== undefined) copyColours(words, above, y, width);
  }
  if (above === undefined) words.fill(0);
}

/** Whether anything in this row is visible; if nothing is, it stays as it is. */
function spreadInRow(words: Uint32Array, start: number, width: number): boolean {
  let left = -1;
  for (let x = 0; x < width; x++) {
    const pixel = words[start + x] as number;
    if (isClear(pixel)) continue;
    const right = pixel & COLOUR;
    const middle = left < 0 ? 0 : (left + x + 1) >> 1;
    if (left >= 0) words.fill((words[start + left] as number) & COLOUR, start + left + 1, start + middle);
    words.fill(right, start + Math.max(middle, left + 1), start + x);
    left = x;
  }
  if (left >= 0) words.fill((words[start + left] as number) & COLOUR, start + left + 1, start + width);
  return left >= 0;
}

/** Into a row in which nothing is visible. */
function copyColours(words: Uint32Array, from: number, to: number, width: number): void {
  for (let x = 0; x < width; x++) words[to * width + x] = (words[from * width + x] as number) & COLOUR;
}

/** The same pixels with black where nothing shows, for encoders without loss; a copy, as others use the original. */
export function withoutHiddenColours(pixels: Pixels): Pixels {
  if (pixels.raw.channels !== RGBA) return pixels;
  const data = Buffer.from(pixels.data);
  const words = wordsOf(data);
  for (const [index, pixel] of words.entries()) if (isClear(pixel)) words[index] = 0;
  return { data, raw: pixels.raw };
}

const wordsOf = (data: Buffer) => new Uint32Array(data.buffer, data.byteOffset, data.byteLength / RGBA);
