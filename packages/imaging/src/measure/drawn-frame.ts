import type { GreyFrame } from './grey-frame.ts';
import { type Lines, linesFrom, sides } from './lines.ts';

/** Of luma, over two lines: scaling blurs an edge over as many. */
const STEP_MIN = 12;
/** Of the shorter side: how far from the border the edge of a frame is looked for. */
const DISTANCE = { min: 2, maxShare: 0.17 } as const;
/** Of a side, at each end: corners may be round. */
const CORNER = 0.08;
/** Each side is divided into so many parts, and an edge may be lost in one of them. An edge that is not parallel is in a few parts only. */
const PARTS = 8;
const PART_PIXELS_MIN = 4;
/** The share of a part's pixels that have the edge, less than which it has at the median distance: detail has steps everywhere. */
const CLEAR_MIN = 0.2;

/**
 * Whether a frame is drawn on a picture, such as a line, a pattern or a transparent border: each side has a straight edge, all at the same distance
 * from the border, or at the same share of the side. The thresholds were measured by `bench frames`.
 */
export function hasDrawnFrame(frame: GreyFrame): boolean {
  const { width, height } = frame;
  const count = Math.floor(DISTANCE.maxShare * Math.min(width, height));
  const [top = [], right = [], bottom = [], left = []] = sides.map((side) => edgesFrom(linesFrom(frame, side), count));
  for (let distance = DISTANCE.min; distance < count; distance++) {
    const inProportion = Math.round((distance * width) / height);
    const isAcross = (at: number) => isNear(left, at) && isNear(right, at);
    if (isNear(top, distance) && isNear(bottom, distance) && (isAcross(distance) || isAcross(inProportion)))
      return true;
  }
  return false;
}

const isNear = (edges: readonly boolean[], at: number): boolean =>
  (edges[at - 1] || edges[at] || edges[at + 1]) ?? false;

/** At which distances from a side, up to `count`, there is an edge. */
function edgesFrom(lines: Lines, count: number): boolean[] {
  const corner = Math.floor(CORNER * lines.length);
  const pixels = Math.floor((lines.length - 2 * corner) / PARTS);
  if (pixels < PART_PIXELS_MIN) return [];
  const parts = Array.from({ length: PARTS }, (_, part) => clearness(lines, corner + part * pixels, pixels, count));
  return Array.from({ length: count }, (_, line) => {
    const clear = parts.filter((part) => (part[line] as number) >= CLEAR_MIN);
    return line >= DISTANCE.min && clear.length >= PARTS - 1;
  });
}

/** By line, how clearly a part of a side has an edge there: in one direction, or in both if the frame is neither lighter nor darker. */
function clearness(lines: Lines, from: number, pixels: number, count: number): Float32Array {
  const { luma, first, inwards, along } = lines;
  const [lighter, darker, either] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  for (let line = 0; line < count; line++) {
    let [ups, downs] = [0, 0];
    for (let pixel = 0, at = first + line * inwards + from * along; pixel < pixels; pixel++, at += along) {
      const step = (luma[at + 2 * inwards] as number) - (luma[at] as number);
      if (step >= STEP_MIN) ups += 1;
      else if (step <= -STEP_MIN) downs += 1;
    }
    lighter[line] = ups / pixels;
    darker[line] = downs / pixels;
    either[line] = (ups + downs) / pixels;
  }
  const usual = [lighter, darker, either].map((shares) => shares.toSorted()[count >> 1] ?? 0);
  return either.map((share, line) =>
    Math.max(
      (lighter[line] as number) - (usual[0] as number),
      (darker[line] as number) - (usual[1] as number),
      share - (usual[2] as number),
    ),
  );
}
