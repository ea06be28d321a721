import type { Box } from './box.ts';
import type { Focus } from './focus.ts';
import { planRenditions, type Size } from './plan.ts';
import type { VariantSet } from './variant.ts';

/**
 * Room around the box of a face, which goes from the forehead to the chin, in shares of its sides: for hair, ears and neck. Chosen by
 * looking at the crops of `pnpm bench vision`.
 */
const ROOM = { above: 0.5, beside: 0.25, below: 0.25 };
/** How much less a face at a corner of the picture counts than one of the same size in the middle. */
const CORNER_LOSS = 0.5;
/** A focus is kept with 3 decimals: on another machine, the last digits of what a model finds may differ. */
const DECIMALS = 1_000;

/**
 * The point around which every entry of a set with the position `face` shows all faces whole, with room around them. If they do not all
 * fit: the main face, which is the largest and most central one, with as many others as fit. If the main face does not fit with its room,
 * its middle.
 *
 * @param faces in the upright source
 * @param source its size in pixels
 * @returns undefined if there are no faces, or no such entries
 */
export function focusOnFaces(faces: readonly Box[], source: Size, set: VariantSet): Focus | undefined {
  const window = narrowestCrop(source, set);
  const [main, ...others] = [...faces].sort((a, b) => weight(b) - weight(a));
  if (!window || !main) return undefined;
  const fits = (box: Box) => box.width <= window.width && box.height <= window.height;
  const withRoom = roomAround(main);
  if (!fits(withRoom)) return middleOf(main);
  const shown = others.map(roomAround).reduce((all, other) => {
    const both = union(all, other);
    return fits(both) ? both : all;
  }, withRoom);
  return middleOf(shown);
}

/** The least width and the least height of the crops, in shares of the source: together, what all of them show. */
function narrowestCrop(source: Size, set: VariantSet): Size | undefined {
  const crops = planRenditions(
    source,
    set.filter(({ position }) => position === 'face'),
  );
  if (crops.length === 0) return undefined;
  return {
    width: Math.min(...crops.map(({ crop, whole }) => crop.width / whole.width)),
    height: Math.min(...crops.map(({ crop, whole }) => crop.height / whole.height)),
  };
}

function weight(face: Box): number {
  const [x, y] = [face.left + face.width / 2, face.top + face.height / 2];
  const fromMiddle = Math.hypot(x - 0.5, y - 0.5) / Math.hypot(0.5, 0.5);
  return face.width * face.height * (1 - CORNER_LOSS * fromMiddle);
}

function roomAround({ left, top, width, height }: Box): Box {
  const start = { left: Math.max(0, left - ROOM.beside * width), top: Math.max(0, top - ROOM.above * height) };
  const right = Math.min(1, left + (1 + ROOM.beside) * width);
  const bottom = Math.min(1, top + (1 + ROOM.below) * height);
  return { ...start, width: right - start.left, height: bottom - start.top };
}

function union(a: Box, b: Box): Box {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  return {
    left,
    top,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    height: Math.max(a.top + a.height, b.top + b.height) - top,
  };
}

const middleOf = ({ left, top, width, height }: Box): Focus => ({
  x: rounded(left + width / 2),
  y: rounded(top + height / 2),
});

const rounded = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * DECIMALS) / DECIMALS;
