import { RejectedImageError } from '../../errors.ts';
import type { BmpHeader } from './bmp-header.ts';

const CHANNELS = 3;
const [END_OF_LINE, END_OF_PICTURE, MOVE] = [0, 1, 2];

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
  const { width, height } = header;
  let [at, x, y] = [header.dataAt, 0, height - 1];
  while (y >= 0) {
    const run = readRun(file, at, header.bitsPerPixel === 8);
    if (!run) break;
    at = run.next;
    if (run.is === 'end') return;
    if (run.is === 'pixels') {
      const count = Math.min(run.count, width - x);
      draw({ ...run, count }, palette, data, y * width + x);
      x += count;
    }
    if (run.is === 'line') [x, y] = [0, y - 1];
    if (run.is === 'move') [x, y] = [Math.min(width, x + run.right), y - run.up];
  }
  const isComplete = y < 0 || (y === 0 && x === width);
  if (!isComplete) throw new RejectedImageError('corrupt');
}

function draw(
  { count, indexOf }: Pick<PixelRun, 'count' | 'indexOf'>,
  palette: Uint8Array,
  data: Uint8Array,
  at: number,
) {
  for (let pixel = 0, to = at * CHANNELS; pixel < count; pixel++, to += CHANNELS) {
    const from = CHANNELS * indexOf(pixel);
    data[to] = palette[from] as number;
    data[to + 1] = palette[from + 1] as number;
    data[to + 2] = palette[from + 2] as number;
  }
}

interface PixelRun {
  readonly is: 'pixels';
  readonly count: number;
  indexOf(pixel: number): number;
}

type Run = { readonly next: number } & (
  | PixelRun
  | { readonly is: 'move'; readonly right: number; readonly up: number }
  | { readonly is: 'line' | 'end' }
);

/** Undefined if the file ends before it does. */
function readRun(file: Buffer, at: number, isByte: boolean): Run | undefined {
  const [first, second] = [file[at], file[at + 1]];
  if (first === undefined || second === undefined) return undefined;
  const next = at + 2;
  if (first > 0) {
    return { is: 'pixels', next, count: first, indexOf: (pixel) => (isByte ? second : nibble(second, pixel)) };
  }
  if (second === END_OF_LINE || second === END_OF_PICTURE) {
    return { is: second === END_OF_LINE ? 'line' : 'end', next };
  }
  if (second === MOVE) {
    const [right, up] = [file[next], file[next + 1]];
    return right === undefined || up === undefined ? undefined : { is: 'move', next: next + 2, right, up };
  }
  const bytes = isByte ? second : Math.ceil(second / 2);
  if (next + bytes > file.length) return undefined;
  return {
    ...{ is: 'pixels', next: next + bytes + (bytes % 2), count: second },
    indexOf: (pixel) => (isByte ? (file[next + pixel] ?? 0) : nibble(file[next + (pixel >> 1)] ?? 0, pixel)),
  };
}

const nibble = (byte: number, pixel: number) => (pixel % 2 === 0 ? byte >> 4 : byte & 15);
