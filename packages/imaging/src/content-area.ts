import type { Area } from '@imagemill/variants';
import { borderColour } from './backdrop.ts';
import type { Pixels } from './pixels.ts';

interface ContentOptions {
  /** Levels per channel by which a pixel of the border may differ. */
  readonly tolerance: number;
  /** Whether the picture was scaled down. */
  readonly isScaled: boolean;
}

/**
 * The area of a picture within its border: the rows and columns at its sides, all of whose pixels have the most frequent colour of its
 * outermost pixels, or are as transparent as these. At least half of each side is left, and all of a picture that is nothing but border.
 */
export function contentArea(pixels: Pixels, { tolerance, isScaled }: ContentOptions): Area {
  const { width, height } = pixels.raw;
  const difference = borderDifference(pixels);
  const isBorder = (x: number, y: number) => difference(x, y) <= tolerance;
  const rows = spanOf(height, (y) => every(0, width, (x) => isBorder(x, y)));
  const [top, bottom] = rows;
  if (top === bottom) return { left: 0, top: 0, width, height };
  const columns = spanOf(width, (x) => every(top, bottom, (y) => isBorder(x, y)));
  const sharp = (span: Span, ofLine: (line: number) => number) => (isScaled ? withoutMixed(span, ofLine) : span);
  const [across, down] = [
    sharp(columns, (x) => largest(top, bottom, (y) => difference(x, y))),
    sharp(rows, (y) => largest(...columns, (x) => difference(x, y))),
  ];
  const [horizontal, vertical] = [atLeastHalf(...across, width), atLeastHalf(...down, height)];
  return { left: horizontal.start, top: vertical.start, width: horizontal.length, height: vertical.length };
}

/** By how many levels, in the channel that differs most, a pixel differs from the border. */
function borderDifference({ data, raw: { width, height, channels } }: Pixels) {
  const colour = borderColour({ data, raw: { width, height, channels } });
  const isOpaque = colour !== 'transparent';
  const [red = 0, green = 0, blue = 0] = isOpaque ? Buffer.from(colour.slice(1), 'hex') : [];
  const from = (at: number, level: number) => Math.abs((data[at] as number) - level);
  return (x: number, y: number): number => {
    const at = (y * width + x) * channels;
    const ofAlpha = channels < 4 ? 0 : from(at + 3, isOpaque ? 255 : 0);
    return isOpaque ? Math.max(ofAlpha, from(at, red), from(at + 1, green), from(at + 2, blue)) : ofAlpha;
  };
}

type Span = [from: number, to: number];

const MIXED_LINES_MAX = 2;

/** A shadow goes on to grow after the next two lines, by more than a quarter; an edge does not. */
const EDGE_GROWTH_MAX = 1.25;

/**
 * Scaling mixes the outermost line with the border, and makes a faint ring beside a sharp edge: lines that differ from the border less
 * than half as much as the next two do, with which the edge is complete.
 */
function withoutMixed([from, to]: Span, differenceOf: (line: number) => number): Span {
  const isMixed = (line: number, inwards: 1 | -1) => {
    const [next, complete, beyond] = [1, 2, 3].map((steps) => differenceOf(line + steps * inwards)) as [
      number,
      number,
      number,
    ];
    const most = Math.max(next, complete);
    return 2 * differenceOf(line) < most && beyond <= EDGE_GROWTH_MAX * most;
  };
  let [start, end] = [from, to];
  const hasMore = () => end - start > 2 * MIXED_LINES_MAX + 1;
  while (start - from < MIXED_LINES_MAX && hasMore() && isMixed(start, 1)) start += 1;
  while (to - end < MIXED_LINES_MAX && hasMore() && isMixed(end - 1, -1)) end -= 1;
  return [start, end];
}

function largest(from: number, to: number, of: (index: number) => number): number {
  let most = 0;
  for (let index = from; index < to; index++) most = Math.max(most, of(index));
  return most;
}

function every(from: number, to: number, test: (index: number) => boolean): boolean {
  for (let index = from; index < to; index++) if (!test(index)) return false;
  return true;
}

/** From the first line that is not border to after the last one; equal if all are. */
function spanOf(length: number, isBorder: (line: number) => boolean): Span {
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
