import Color from 'colorjs.io';

/** A picture cut into cells, each with its mean colour, on a white and on a black ground, so that alpha shows. */
export interface Cells {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** RGB of 8 bits a channel, row by row: all on white, then all on black. */
  readonly colours: readonly number[];
}

export interface Difference {
  /** ΔE 2000 over all cells; under 2, hardly anybody sees it. */
  readonly mean: number;
  readonly worst: number;
}

/** Longest side in pixels at which pictures are compared, and how large their cells are then. */
export const SIDE_MAX = 512;
export const GROUNDS = ['#ffffff', '#000000'] as const;

/** Tiny pictures are compared almost pixel by pixel, large ones in 16 cells a side at least. */
export const cellSide = (width: number, height: number) => Math.max(4, Math.ceil(Math.max(width, height) / 16));

/** How different two renderings of the same picture are. */
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
