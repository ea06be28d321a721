import { describe, expect, test } from 'vitest';
import { Place, Watermark, watermarkArea } from './watermark.ts';

const mark = (change: object = {}) => Watermark.parse({ sha256: '0'.repeat(64), ...change });
const area = (change: object, width: number, height: number, own = { width: 400, height: 200 }, isRound = false) =>
  watermarkArea(mark(change), { width, height, isRound }, own);

test.each<[Place, number, number]>([
  ['top-left', 10, 10],
  ['top', 176, 10],
  ['top-right', 342, 10],
  ['left', 10, 113],
  ['centre', 176, 113],
  ['right', 342, 113],
  ['bottom-left', 10, 216],
  ['bottom', 176, 216],
  ['bottom-right', 342, 216],
])('at %s of 400×250, a mark of 400×200 with size 12 and margin 4 starts at %i, %i', (place, left, top) => {
  expect(area({ place, size: 12 }, 400, 250)).toEqual({ left, top, width: 48, height: 24 });
});

test('the default is a quarter of the width or height, at the bottom right, with a margin of 4 per cent', () => {
  expect(area({}, 400, 400)).toEqual({ left: 284, top: 334, width: 100, height: 50 });
  expect(area({}, 400, 400, { width: 100, height: 400 })).toEqual({ left: 359, top: 284, width: 25, height: 100 });
});

test('a mark is never enlarged', () => {
  expect(area({ size: 100, margin: 0, place: 'top-left' }, 400, 400, { width: 30, height: 20 })).toEqual({
    ...{ left: 0, top: 0 },
    ...{ width: 30, height: 20 },
  });
});

test('a mark that would cover fewer than 256 pixels is left out', () => {
  const square = { width: 64, height: 64 };
  expect(area({ size: 16 }, 100, 100, square)).toMatchObject({ width: 16, height: 16 });
  expect(area({ size: 15 }, 100, 100, square)).toBeUndefined();
  expect(area({ size: 100 }, 1, 1, square)).toBeUndefined();
});

describe.each([false, true])('for every place, size and margin, round: %s', (isRound) => {
  test.each(Place.options)(
    '%s: the mark is within the rendition, and as near to its place as its margin allows',
    (place) => {
      for (const [width, height] of isRound
        ? ([
            [100, 100],
            [401, 401],
          ] as const)
        : ([
            [100, 60],
            [401, 799],
            [33, 500],
          ] as const)) {
        for (const size of [1, 30, 99, 100]) {
          for (const margin of [0, 7, 40]) {
            const own = { width: 90, height: 51 };
            const found = watermarkArea(mark({ place, size, margin }), { width, height, isRound }, own);
            if (!found) continue;
            const { left, top } = found;
            expect(found.width * found.height).toBeGreaterThanOrEqual(256);
            expect(Math.abs(found.width / found.height - own.width / own.height)).toBeLessThan(0.1);
            const [right, bottom] = [left + found.width, top + found.height];
            if (isRound) {
              for (const [x, y] of [
                [left, top],
                [right, top],
                [left, bottom],
                [right, bottom],
              ] as const) {
                expect(Math.hypot(x - width / 2, y - height / 2)).toBeLessThanOrEqual(width / 2 + 1);
              }
            } else expect(Math.min(left, top, width - right, height - bottom)).toBeGreaterThanOrEqual(0);
            const distance = (margin / 100) * Math.min(width, height) * (isRound ? Math.SQRT1_2 : 1);
            const beside = isRound ? (width - width * Math.SQRT1_2) / 2 : 0;
            const near = (actual: number) => expect(Math.abs(actual - distance - beside)).toBeLessThanOrEqual(2);
            if (place.includes('left')) near(left);
            if (place.includes('right')) near(width - right);
            if (place.includes('top')) near(top);
            if (place.includes('bottom')) near(height - bottom);
          }
        }
      }
    },
  );
});

test.each([
  ['an unknown place', { place: 'middle' }],
  ['a margin without room', { margin: 41 }],
  ['no size', { size: 0 }],
  ['more than the box', { size: 101 }],
  ['no opacity', { opacity: 0 }],
  ['a fraction', { opacity: 12.5 }],
  ['another field', { file: 'logo.png' }],
  ['no hash', { sha256: 'logo.png' }],
])('refuses %s', (_case, change) => {
  expect(() => mark(change)).toThrow();
});
