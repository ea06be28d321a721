import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Focus, Size } from './index.ts';
import { boxOf, planOf, size } from './test-support/plans.ts';

describe('a crop with the position "focus"', () => {
  const share = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
  const focused = (source: Size, entry: object, focus?: Focus) =>
    planOf(source, { ...entry, position: 'focus' }, { focus });

  test('is within the whole source, and its middle is as near as possible to the focus', () => {
    fc.assert(
      fc.property(size, boxOf('cover'), share, share, (source, entry, x, y) => {
        const { whole, crop } = focused(source, entry, { x, y });
        for (const [share, start, length, all] of [
          [x, crop.left, crop.width, whole.width],
          [y, crop.top, crop.height, whole.height],
        ] as const) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + length).toBeLessThanOrEqual(all);
          const nearest = Math.min(all - length / 2, Math.max(length / 2, share * all));
          expect(Math.abs(start + length / 2 - nearest)).toBeLessThanOrEqual(0.501);
        }
      }),
    );
  });

  test('has the size of a crop at the centre, and is one for an image without a focus, or with the focus in its middle', () => {
    fc.assert(
      fc.property(size, boxOf('cover'), share, share, (source, entry, x, y) => {
        const { variant: _, ...centred } = planOf(source, entry);
        expect(focused(source, entry)).toMatchObject(centred);
        expect(focused(source, entry, { x: 0.5, y: 0.5 })).toMatchObject(centred);
        const { width, height, whole } = focused(source, entry, { x, y });
        expect({ width, height, whole }).toEqual({
          width: centred.width,
          height: centred.height,
          whole: centred.whole,
        });
      }),
    );
  });

  test.each([
    [0, 0],
    [0.3, 150],
    [0.4, 250],
    [0.95, 700],
    [1, 700],
  ])('of the middle 300 of 1000 pixels starts for the focus %f at %i', (x, left) => {
    const plan = focused({ width: 1000, height: 300 }, { width: 300, height: 300, fit: 'cover' }, { x, y: 0.9 });
    expect(plan.crop).toEqual({ left, top: 0, width: 300, height: 300 });
  });

  test('does not move other crops', () => {
    const entry = { width: 30, height: 30, fit: 'cover' };
    const plan = planOf({ width: 90, height: 30 }, entry, { focus: { x: 0, y: 0 } });
    expect(plan.crop.left).toBe(30);
  });
});
