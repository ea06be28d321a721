import type { Area } from '@imagemill/variants';
import { borderColour } from './backdrop.ts';
import type { Pixels } from './pixels.ts';

/**
 * The area of a picture within its border: the rows and columns at its sides, all of whose pixels have the most frequent colour of its
 * outermost pixels, or are as transparent as these. At least half of each side is left, and all of a picture that is nothing but border.
 *
 * @param tolerance levels per channel by which a pixel of the border may differ
 */
export function contentArea(pixels: Pixels, tolerance: number): Area {
  const { width, height } = pixels.raw;
  const isBorder = borderTest(pixels, tolerance);
  const rowIsBorder = (y: number, from = 0, to = width) => every(from, to, (x) => isBorder(x, y));
  const [top, bottom] = spanOf(height, (y) => rowIsBorder(y));
  if (top === bottom) return { left: 0, top: 0, width, height };
  const [left, right] = spanOf(width, (x) => every(top, bottom, (y) => isBorder(x, y)));
  const [across, down] = [atLeastHalf(left, right, width), atLeastHalf(top, bottom, height)];
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

function borderTest({ data, raw: { width, height, channels } }: Pixels, tolerance: number) {
  const colour = borderColour({ data, raw: { width, height, channels } });
  const isOpaque = colour !== 'transparent';
  const [red = 0, green = 0, blue = 0] = isOpaque ? Buffer.from(colour.slice(1), 'hex') : [];
  const isNear = (at: number, level: number) => Math.abs((data[at] as number) - level) <= tolerance;
  return (x: number, y: number): boolean => {
    const at = (y * width + x) * channels;
    const alphaIsNear = channels < 4 || isNear(at + 3, isOpaque ? 255 : 0);
    if (!isOpaque || !alphaIsNear) return alphaIsNear;
    return isNear(at, red) && isNear(at + 1, green) && isNear(at + 2, blue);
  };
}

function every(from: number, to: number, test: (index: number) => boolean): boolean {
  for (let index = from; index < to; index++) if (!test(index)) return false;
  return true;
}

/** From the first line that is not border to after the last one; equal if all are. */
function spanOf(length: number, isBorder: (line: number) => boolean): [from: number, to: number] {
  let from = 0;
  while (from < length && isBorder(from)) from += 1;
  if (from === length) return [0, 0];
  let to = length;
  while (isBorder(to - 1)) to -= 1;
  return [from, to];
}

/** Adds the same border on both sides, as far as there is one. */
function atLeastHalf(from: number, to: number, all: number) {
  const length = Math.max(to - from, Math.ceil(all / 2));
  const start = Math.min(all - length, Math.max(0, from - Math.floor((length - (to - from)) / 2)));
  return { start, length };
}
