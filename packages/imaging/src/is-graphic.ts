import type { Pixels } from './pixels.ts';

/** Rows that are looked at, evenly spread. */
const ROWS = 64;
/** More distinct colours than this, or than one for `PIXELS_PER_COLOUR` pixels: a photograph, unless it is grey. */
const COLOURS_MIN = 256;
const PIXELS_PER_COLOUR = 64;
/** Of 255, in the channel that differs most: more is an edge. */
const SOFT_LEVELS_MAX = 16;
const SOFT_SHARE_MAX = 0.2;

/**
 * Whether a picture was drawn, not photographed: a logo, a chart, text, a screenshot. Drawn pixels equal their neighbours or have an edge;
 * photographs, and graphics that were compressed with loss, have small differences nearly everywhere. The limits have a margin to both
 * sides: docs/performance.md has the precision and the recall that `bench graphics` measured.
 *
 * @param pixels decoded
 */
export function isGraphic(pixels: Pixels): boolean {
  const background = backgroundOf(pixels);
  return background !== undefined && softShare(pixels, background) <= SOFT_SHARE_MAX;
}

function* sampledRows({ raw: { width, height, channels } }: Pixels): Iterable<number> {
  const step = Math.max(1, Math.floor(height / ROWS));
  for (let y = 0; y < height; y += step) yield y * width * channels;
}

/** The most frequent colour. @returns undefined if there are too many colours */
function backgroundOf(pixels: Pixels): number | undefined {
  const { data, raw } = pixels;
  const sampled = raw.width * Math.min(raw.height, ROWS);
  const coloursMax = Math.max(COLOURS_MIN, sampled / PIXELS_PER_COLOUR);
  const counts = new Map<number, number>();
  for (const row of sampledRows(pixels))
    for (let at = row; at < row + raw.width * raw.channels; at += raw.channels) {
      const colour = colourAt(data, at);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
      if (counts.size > coloursMax) return undefined;
    }
  const [[most] = []] = [...counts].sort(([, a], [, b]) => b - a);
  return most;
}

/** How many pairs of neighbours differ slightly, of those that are not both background. */
function softShare(pixels: Pixels, background: number): number {
  const { data, raw } = pixels;
  let [soft, pairs] = [0, 0];
  for (const row of sampledRows(pixels))
    for (let at = row + raw.channels; at < row + raw.width * raw.channels; at += raw.channels) {
      const difference = differenceOf(data, at - raw.channels, at);
      if (difference === 0 && colourAt(data, at) === background) continue;
      pairs += 1;
      if (difference > 0 && difference <= SOFT_LEVELS_MAX) soft += 1;
    }
  return pairs === 0 ? 0 : soft / pairs;
}

const colourAt = (data: Buffer, at: number) =>
  ((data[at] as number) << 16) | ((data[at + 1] as number) << 8) | (data[at + 2] as number);

const differenceOf = (data: Buffer, a: number, b: number) =>
  Math.max(
    Math.abs((data[a] as number) - (data[b] as number)),
    Math.abs((data[a + 1] as number) - (data[b + 1] as number)),
    Math.abs((data[a + 2] as number) - (data[b + 2] as number)),
  );
