import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, focusOnFaces, planRenditions, VariantSet } from './index.ts';

const entry = { name: 'a', width: 100, height: 100, fit: 'cover', format: 'webp', quality: 80, position: 'face' };
const squares = VariantSet.parse([entry, { ...entry, name: 'b', width: 40, height: 40, shape: 'circle' }]);
const face = (left: number, top: number, side = 0.1): Box => ({ left, top, width: side, height: side });
const wide = { width: 1000, height: 250 };

/** Whether every crop of a set shows all of a box. */
function showsAll(box: Box, source: { width: number; height: number }, set: VariantSet, faces: readonly Box[]) {
  const chosenFocus = focusOnFaces(faces, source, set);
  return planRenditions(source, set, { chosenFocus }).every(({ crop, whole }) => {
    const [left, top] = [box.left * whole.width, box.top * whole.height];
    const [right, bottom] = [left + box.width * whole.width, top + box.height * whole.height];
    // The focus has 3 decimals.
    const slack = 1 + 0.001 * Math.max(whole.width, whole.height);
    return (
      left >= crop.left - slack &&
      top >= crop.top - slack &&
      right <= crop.left + crop.width + slack &&
      bottom <= crop.top + crop.height + slack
    );
  });
}

describe('a crop around faces', () => {
  test('shows a single face whole, wherever it is, if it fits', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const side = fc.integer({ min: 50, max: 5_000 });
    fc.assert(
      fc.property(share, share, share, side, side, (x, y, of, width, height) => {
        // A square in pixels that fits into the square crop.
        const px = Math.max(1, of * Math.min(width, height));
        const box = { width: px / width, height: px / height, left: 0, top: 0 };
        const placed = { ...box, left: x * (1 - box.width), top: y * (1 - box.height) };
        expect(showsAll(placed, { width, height }, squares, [placed])).toBe(true);
      }),
    );
  });

  test('has room above a face, for hair', () => {
    const tall = { width: 250, height: 1000 };
    const focus = focusOnFaces([face(0.4, 0.5)], tall, squares);
    expect(focus?.y).toBeLessThan(0.55);
    expect(focus?.x).toBe(0.45);
  });

  test('shows all faces if they fit', () => {
    const faces = [face(0.1, 0.3, 0.05), face(0.2, 0.4, 0.05)];
    for (const each of faces) expect(showsAll(each, wide, squares, faces)).toBe(true);
  });

  test('shows the largest and most central one, and its neighbours, if not all fit', () => {
    const [main, neighbour, far] = [face(0.5, 0.3, 0.06), face(0.6, 0.3, 0.04), face(0.02, 0.3, 0.05)];
    const faces = [far, main, neighbour];
    expect(showsAll(main, wide, squares, faces)).toBe(true);
    expect(showsAll(neighbour, wide, squares, faces)).toBe(true);
    expect(showsAll(far, wide, squares, faces)).toBe(false);
    expect(showsAll(face(0.85, 0.3, 0.06), wide, squares, [face(0.85, 0.3, 0.06), face(0.45, 0.3, 0.06)])).toBe(false);
  });

  test('is the same for all entries of a set: the narrowest one decides', () => {
    const set = VariantSet.parse([entry, { ...entry, name: 'wide', width: 300 }]);
    const faces = [face(0.45, 0.3, 0.08), face(0.75, 0.3, 0.06)];
    expect(focusOnFaces(faces, wide, set)).toEqual(focusOnFaces(faces, wide, squares));
  });
});

test('there is no focus without faces, or without an entry for them', () => {
  expect(focusOnFaces([], wide, squares)).toBeUndefined();
  expect(focusOnFaces([face(0, 0)], wide, VariantSet.parse([{ ...entry, position: 'focus' }]))).toBeUndefined();
});
