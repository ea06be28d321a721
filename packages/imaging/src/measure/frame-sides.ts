import { hasDrawnFrame } from './drawn-frame.ts';
import type { GreyFrame } from './grey-frame.ts';
import { type Lines, linesFrom, type Side, sides } from './lines.ts';

/** Of luma: JPEG noise in a plain area stays below it. */
const TOLERANCE = 10;
/** A line belongs to a bar if this share of its pixels has the bar's luma. */
const PLAIN_SHARE = 0.98;
/** Between plain lines, a text or a logo leaves at least this share of the bar's luma. */
const LETTERED_SHARE = 0.4;
/** Where the picture begins, at least this share of the line differs: the edge of a frame is straight, that of a product is not. */
const EDGE_SHARE = 0.75;
/** The edge is complete within this many lines, mixed ones included. */
const EDGE_LINES = 3;
/** Of the side: a thinner line is the border of a scan, and a wider one leaves no picture. */
const THICKNESS = { min: 0.012, max: 0.35 } as const;

/** Fewer lines, or a smaller share of the bar, are no text. */
const LETTERED_LINES = { min: 5, minShare: 0.2 } as const;

interface FrameSides {
  /** They have a bar of one colour with a straight edge, such as those above and below a film, or a drawn frame. */
  readonly framed: Side[];
  /** Their bar has a text or a logo. */
  readonly lettered: Side[];
}

export function frameSides(frame: GreyFrame): FrameSides {
  const bars = sides.map((side) => ({ side, bar: barAt(linesFrom(frame, side)) }));
  const isDrawn = hasDrawnFrame(frame);
  return {
    framed: bars.flatMap(({ side, bar }) => (bar || isDrawn ? [side] : [])),
    lettered: bars.flatMap(({ side, bar }) => (bar === 'lettered' ? [side] : [])),
  };
}

function barAt(lines: Lines): 'plain' | 'lettered' | undefined {
  const level = commonLevel(lines);
  const most = Math.floor(lines.count * THICKNESS.max);
  let [thickness, letters, lettered] = [0, 0, 0];
  for (let line = 0; line < most; line++) {
    const share = shareOf(lines, line, level);
    if (share < PLAIN_SHARE) {
      if (line < 2 || share < LETTERED_SHARE) break;
      letters += 1;
    } else {
      thickness = line + 1;
      lettered = letters;
    }
  }
  if (thickness === most || thickness < Math.max(2, lines.count * THICKNESS.min)) return undefined;
  for (let line = thickness; line < Math.min(lines.count, thickness + EDGE_LINES); line++) {
    if (1 - shareOf(lines, line, level) < EDGE_SHARE) continue;
    const isLettered = lettered >= Math.max(LETTERED_LINES.min, LETTERED_LINES.minShare * thickness);
    return isLettered ? 'lettered' : 'plain';
  }
  return undefined;
}

/** The share of a line that has this luma. */
function shareOf({ luma, length, first, inwards, along }: Lines, line: number, level: number): number {
  let same = 0;
  for (let pixel = 0, at = first + line * inwards; pixel < length; pixel++, at += along) {
    if (Math.abs((luma[at] as number) - level) <= TOLERANCE) same += 1;
  }
  return same / length;
}

/** The most frequent luma of the outermost line. */
function commonLevel({ luma, length, first, along }: Lines): number {
  const counts = new Uint32Array(256);
  let most = luma[first] as number;
  for (let pixel = 0; pixel < length; pixel++) {
    const level = luma[first + pixel * along] as number;
    counts[level] = (counts[level] as number) + 1;
    if ((counts[level] as number) > (counts[most] as number)) most = level;
  }
  return most;
}
