import type { GreyFrame } from './grey-frame.ts';

export const sides = ['top', 'right', 'bottom', 'left'] as const;
export type Side = (typeof sides)[number];

/** The lines of a picture that are parallel to a side, the outermost first: a pixel is at `first + line * inwards + pixel * along`. */
export interface Lines {
  readonly luma: Uint8Array;
  readonly count: number;
  readonly length: number;
  readonly first: number;
  readonly inwards: number;
  readonly along: number;
}

export function linesFrom({ luma, width, height }: GreyFrame, side: Side): Lines {
  const rows = { luma, count: height, length: width, along: 1 };
  const columns = { luma, count: width, length: height, along: width };
  switch (side) {
    case 'top':
      return { ...rows, first: 0, inwards: width };
    case 'bottom':
      return { ...rows, first: (height - 1) * width, inwards: -width };
    case 'left':
      return { ...columns, first: 0, inwards: 1 };
    case 'right':
      return { ...columns, first: width - 1, inwards: -1 };
  }
}
