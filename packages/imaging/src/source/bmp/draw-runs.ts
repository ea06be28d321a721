import { RejectedImageError } from '../../errors.ts';
import type { BmpHeader } from './bmp-header.ts';

const CHANNELS = 3;
const [END_OF_LINE, END_OF_PICTURE, MOVE] = [0, 1, 2];
/** Bytes from one index, or pair of indices, to the next. */
const [REPEATED, EACH] = [0, 1];

interface Picture {
  readonly file: Buffer;
  readonly palette: Uint8Array;
  readonly data: Uint8Array;
  readonly width: number;
  /** Whether an index has a byte, or half of one. */
  readonly isByte: boolean;
}

/** Where the next run is read and drawn. A file has millions of runs: an object for each would take most of the time. */
interface Pen {
  at: number;
  x: number;
  y: number;
  /** Whether the file has marked its end. */
  isDone: boolean;
}

/**
 * Draws run-length coded indices of 4 or 8 bits as RGB. Pixels that no run draws stay black, as in Chromium. What a run has beyond its
 * row is not drawn: the work is limited by the bytes and the pixels, and not by their product.
 * https://learn.microsoft.com/windows/win32/gdi/bitmap-compression
 *
 * @param palette red, green and blue of every index
 * @param data of the upright picture, zero
 * @throws RejectedImageError `corrupt` if it ends before the last row, and without a mark for the end
 */
export function drawRuns(file: Buffer, header: BmpHeader, palette: Uint8Array, data: Uint8Array): void {
  const { width, height, bitsPerPixel, dataAt } = header;
  const picture = { file, palette, data, width, isByte: bitsPerPixel === 8 };
  const pen = { at: dataAt, x: 0, y: height - 1, isDone: false };
  while (!pen.isDone && pen.y >= 0 && pen.at + 1 < file.length) drawRun(picture, pen);
  const isComplete = pen.isDone || pen.y < 0 || (pen.y === 0 && pen.x === width);
  if (!isComplete) throw new RejectedImageError('corrupt');
}

function drawRun(picture: Picture, pen: Pen): void {
  const { file, isByte } = picture;
  const first = byteAt(file, pen.at);
  const second = byteAt(file, pen.at + 1);
  pen.at += 2;
  if (first > 0) {
    drawPixels(picture, pen, pen.at - 1, REPEATED, first);
  } else if (second > MOVE) {
    const bytes = isByte ? second : Math.ceil(second / 2);
    if (pen.at + bytes <= file.length) drawPixels(picture, pen, pen.at, EACH, second);
    pen.at += bytes + (bytes % 2);
  } else {
    movePen(picture, pen, second);
  }
}

function movePen({ file, width }: Picture, pen: Pen, code: number): void {
  if (code === END_OF_PICTURE) {
    pen.isDone = true;
  } else if (code === END_OF_LINE) {
    pen.x = 0;
    pen.y -= 1;
  } else if (pen.at + 1 < file.length) {
    pen.x = Math.min(width, pen.x + byteAt(file, pen.at));
    pen.y -= byteAt(file, pen.at + 1);
    pen.at += 2;
  } else {
    pen.at = file.length;
  }
}

/** @param from of the first index in the file */
function drawPixels(picture: Picture, pen: Pen, from: number, step: number, length: number): void {
  const { file, palette, data, width, isByte } = picture;
  const count = Math.min(length, width - pen.x);
  let to = CHANNELS * (pen.y * width + pen.x);
  for (let pixel = 0; pixel < count; pixel++, to += CHANNELS) {
    const byte = byteAt(file, from + step * (isByte ? pixel : pixel >> 1));
    const colour = CHANNELS * (isByte ? byte : nibble(byte, pixel));
    data[to] = byteAt(palette, colour);
    data[to + 1] = byteAt(palette, colour + 1);
    data[to + 2] = byteAt(palette, colour + 2);
  }
  pen.x += count;
}

const nibble = (byte: number, pixel: number) => (pixel % 2 === 0 ? byte >> 4 : byte & 15);

const byteAt = (bytes: Uint8Array, at: number) => bytes[at] as number;
