import type { GreyFrame } from './grey-frame.ts';

const sides = ['top', 'right', 'bottom', 'left'] as const;
type Side = (typeof sides)[number];

/** Of luma: JPEG noise in a plain area stays below it. */
const TOLERANCE = 10;
/** A line belongs to a frame if this share of its pixels has the frame's luma. */
const PLAIN_SHARE = 0.98;
/** Where the picture begins, at least this share of the line differs: the edge of a frame is straight, that of a product is not. */
const EDGE_SHARE = 0.75;
/** The edge is complete within this many lines, mixed ones included. */
const EDGE_LINES = 3;
/** Of the side: a thinner line is the border of a scan, and a wider one leaves no picture. */
const THICKNESS = { min: 0.012, max: 0.35 } as const;

/** The sides of a picture that have a plain band with a straight edge, such as the bars above and below a film. */
export function frameSides(frame: GreyFrame): Side[] {
  return sides.filter((side) => hasBand(linesFrom(frame, side)));
}

interface Lines {
  readonly count: number;
  readonly length: number;
  at(line: number, pixel: number): number;
}

/** The lines of a picture that are parallel to a side, the outermost first. */
function linesFrom({ luma, width, height }: GreyFrame, side: Side): Lines {
  const isRow = side === 'top' || side === 'bottom';
  const [count, length] = isRow ? [height, width] : [width, height];
  const place = (line: number) => (side === 'bottom' || side === 'right' ? count - 1 - line : line);
  const at = isRow
    ? (line: number, pixel: number) => luma[place(line) * width + pixel] as number
    : (line: number, pixel: number) => luma[pixel * width + place(line)] as number;
  return { count, length, at };
}

function hasBand(lines: Lines): boolean {
  const level = commonLevel(lines);
  const share = (line: number, isCounted: (difference: number) => boolean) => {
    let counted = 0;
    for (let pixel = 0; pixel < lines.length; pixel++) {
      if (isCounted(Math.abs(lines.at(line, pixel) - level))) counted += 1;
    }
    return counted / lines.length;
  };
  const most = Math.floor(lines.count * THICKNESS.max);
  let thickness = 0;
  while (thickness < most && share(thickness, (difference) => difference <= TOLERANCE) >= PLAIN_SHARE) thickness += 1;
  if (thickness === most || thickness < Math.max(2, lines.count * THICKNESS.min)) return false;
  for (let line = thickness; line < Math.min(lines.count, thickness + EDGE_LINES); line++) {
    if (share(line, (difference) => difference > TOLERANCE) >= EDGE_SHARE) return true;
  }
  return false;
}

/** The most frequent luma of the outermost line. */
function commonLevel({ length, at }: Lines): number {
  const counts = new Uint32Array(256);
  let most = at(0, 0);
  for (let pixel = 0; pixel < length; pixel++) {
    const level = at(0, pixel);
    counts[level] = (counts[level] as number) + 1;
    if ((counts[level] as number) > (counts[most] as number)) most = level;
  }
  return most;
}
