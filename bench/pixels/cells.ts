import Color from 'colorjs.io';

/** The mean colours of a picture's cells on a white and on a black background; the difference of the two is the alpha. */
export interface Cells {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** RGB with 8 bits per channel, row by row: all cells on white, then all on black. */
  readonly colours: readonly number[];
}

export interface Difference {
  /** Mean ΔE 2000 over all cells; below 2 it is barely visible. */
  readonly mean: number;
  readonly worst: number;
}

/** Pictures are compared at this longest side in pixels. */
export const SIDE_MAX = 512;
export const GROUNDS = ['#ffffff', '#000000'] as const;

/** Side of a cell in pixels: 4 for tiny pictures, a sixteenth of the longest side for large ones. */
export const cellSide = (width: number, height: number) => Math.max(4, Math.ceil(Math.max(width, height) / 16));

/** The difference of two renderings of the same picture. */
export function differenceOf(one: Cells, other: Cells): Difference {
  const differences: number[] = [];
  for (let at = 0; at + 2 < one.colours.length; at += 3) {
    differences.push(colourAt(one, at).deltaE(colourAt(other, at), '2000'));
  }
  const sum = differences.reduce((total, difference) => total + difference, 0);
  return { mean: sum / differences.length, worst: Math.max(...differences) };
}

function colourAt({ colours }: Cells, at: number): Color {
  const channel = (offset: number) => (colours[at + offset] ?? 0) / 255;
  return new Color('srgb', [channel(0), channel(1), channel(2)]);
}
