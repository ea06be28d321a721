import type { Box } from '@imagemill/variants';

export interface ScoredBox extends Box {
  readonly score: number;
}

/** Less certain boxes are mostly no faces. */
const SCORE_MIN = 0.7;
/** Two boxes that overlap more are of the same face. */
const OVERLAP_MAX = 0.35;
/** A box that has so much of it within a larger one is a part of that face, found in a quarter. */
const NESTED_MAX = 0.6;

/**
 * The boxes that the model is certain of.
 *
 * @param scores two for each anchor: background, face
 * @param corners four for each anchor: left, top, right and bottom, in shares of what the model saw
 * @param part of the picture that the model saw
 */
export function certainBoxes(scores: Float32Array, corners: Float32Array, part: Box): ScoredBox[] {
  const boxes: ScoredBox[] = [];
  for (let anchor = 0; 2 * anchor < scores.length; anchor += 1) {
    const score = scores[2 * anchor + 1] ?? 0;
    if (score < SCORE_MIN) continue;
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners.subarray(4 * anchor, 4 * anchor + 4).map(inPicture);
    if (x2 <= x1 || y2 <= y1) continue;
    boxes.push({
      left: part.left + x1 * part.width,
      top: part.top + y1 * part.height,
      width: (x2 - x1) * part.width,
      height: (y2 - y1) * part.height,
      score,
    });
  }
  return boxes;
}

const inPicture = (share: number) => Math.min(1, Math.max(0, share));

/** One box for each face: the most certain one of those that overlap, and no parts of a face that was found whole. */
export function withoutOverlaps(boxes: readonly ScoredBox[]): ScoredBox[] {
  const kept: ScoredBox[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (!kept.some((other) => common(box, other) > OVERLAP_MAX * (area(box) + area(other) - common(box, other)))) {
      kept.push(box);
    }
  }
  const isPart = (box: Box, of: Box) => area(box) < area(of) && common(box, of) > NESTED_MAX * area(box);
  return kept.filter((box) => !kept.some((other) => isPart(box, other)));
}

const area = ({ width, height }: Box) => width * height;

function common(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}
