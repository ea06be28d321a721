import { z } from 'zod';
import type { Area, Size } from '../area.ts';

/** Where a mark is: at a corner, at the middle of a side, or in the middle. */
export const Place = z.enum([
  ...(['top-left', 'top', 'top-right'] as const),
  ...(['left', 'centre', 'right'] as const),
  ...(['bottom-left', 'bottom', 'bottom-right'] as const),
]);
export type Place = z.infer<typeof Place>;

const MARGIN_PERCENT_MAX = 40;
const SPACING_PERCENT = { default: 10, max: 100 };
const percent = z.int().min(1).max(100);

const fields = z.strictObject({
  /** Of the file, in hex: the revision depends on its bytes, not on its name. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of a file: is its entry loaded?'),
  place: Place.default('bottom-right'),
  /** Distance to the sides, in per cent of the shorter side of the rendition. */
  margin: z.int().min(0).max(MARGIN_PERCENT_MAX).default(4),
  /** The mark fits into this share of the rendition's width and height, in per cent. */
  size: percent.default(25),
  opacity: percent.default(100),
  /** Repeats the mark from its place in all directions. No default: it would change the revision of sets without it. */
  tile: z
    .boolean()
    .transform((isOn) => isOn || undefined)
    .optional(),
  /** Between repeated marks, in per cent of the shorter side of the rendition. */
  spacing: z.int().min(0).max(SPACING_PERCENT.max).optional(),
});

/** A mark on a rendition. In the operator's file, it has the name of its `file` instead of the SHA-256: see `load-watermarks.ts`. */
export const Watermark = fields
  .refine(({ tile, spacing }) => tile || spacing === undefined, { path: ['spacing'], message: 'needs "tile": true' })
  .transform((mark) => ({ ...mark, ...(mark.tile && { spacing: mark.spacing ?? SPACING_PERCENT.default }) }));
export type Watermark = z.infer<typeof Watermark>;

/** Such as 16 × 16: a smaller mark cannot be read. */
const AREA_PX_MIN = 256;

/** Where a mark is on a rendition, in its pixels. */
export interface MarkArea extends Area {
  /** Between the left sides, and the tops, of repeated marks. */
  readonly steps?: { readonly x: number; readonly y: number };
}

/**
 * The area that a mark covers, the first one of repeated marks; undefined if it would be too small to be read. A circle has its marks
 * within its inscribed square. Sides and distances are rounded to the nearest pixel, halves up. A mark is never enlarged.
 *
 * @param mark its own size in pixels
 */
export function watermarkArea(
  { place, margin, size, tile, spacing = 0 }: Omit<Watermark, 'sha256' | 'opacity'>,
  { width, height, isRound }: Size & { readonly isRound: boolean },
  mark: Size,
): MarkArea | undefined {
  const square = Math.floor(width / Math.SQRT2);
  const room = isRound ? { width: square, height: square } : { width, height };
  const ofShorter = (share: number) => Math.round((share / 100) * Math.min(room.width, room.height));
  const distance = ofShorter(margin);
  const most = (side: number) => Math.min((size / 100) * side, side - 2 * distance);
  const factor = Math.min(1, most(room.width) / mark.width, most(room.height) / mark.height);
  const covered = {
    width: Math.max(1, Math.round(mark.width * factor)),
    height: Math.max(1, Math.round(mark.height * factor)),
  };
  if (covered.width * covered.height < AREA_PX_MIN) return undefined;
  const [x, y] = shares[place];
  const at = (share: number, side: number, length: number, all: number) =>
    Math.round((all - side) / 2 + distance + share * (side - 2 * distance - length));
  return {
    left: at(x, room.width, covered.width, width),
    top: at(y, room.height, covered.height, height),
    ...covered,
    ...(tile && { steps: { x: covered.width + ofShorter(spacing), y: covered.height + ofShorter(spacing) } }),
  };
}

/**
 * Every place of a mark, row by row. Repeated ones can reach beyond the sides. As a mark has at least 256 pixels, there are at most as
 * many as the rendition has room for.
 */
export function* markPlaces({ left, top, width, height, steps }: MarkArea, rendition: Size): Generator<Area> {
  if (!steps) return yield { left, top, width, height };
  const first = (at: number, length: number, step: number) => at - step * Math.floor((at + length - 1) / step);
  for (let y = first(top, height, steps.y); y < rendition.height; y += steps.y) {
    for (let x = first(left, width, steps.x); x < rendition.width; x += steps.x)
      yield { left: x, top: y, width, height };
  }
}

/** Of the room beside the mark: how much is to its left, and above it. */
const shares: Record<Place, readonly [x: number, y: number]> = {
  'top-left': [0, 0],
  top: [0.5, 0],
  'top-right': [1, 0],
  left: [0, 0.5],
  centre: [0.5, 0.5],
  right: [1, 0.5],
  'bottom-left': [0, 1],
  bottom: [0.5, 1],
  'bottom-right': [1, 1],
};
