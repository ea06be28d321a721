import { describe, expect, test } from 'vitest';
import { markPlaces, Place, Watermark, watermarkArea } from './watermark.ts';

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
    left: 0,
    top: 0,
    width: 30,
    height: 20,
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

describe('a repeated mark', () => {
  const places = (change: object, width: number, height: number, own = { width: 40, height: 20 }, isRound = false) => {
    const first = area({ tile: true, ...change }, width, height, own, isRound);
    return first ? [...markPlaces(first, { width, height })] : [];
  };

  test('is at its place, and at every step from there until the sides, which cut it', () => {
    const found = places({ place: 'centre', size: 20, margin: 0, spacing: 10 }, 200, 100);
    // A mark of 40×20 in the middle, with 10 pixels in between.
    expect([...new Set(found.map(({ left }) => left))]).toEqual([-20, 30, 80, 130, 180]);
    expect([...new Set(found.map(({ top }) => top))]).toEqual(
      [-20, 10, 40, 70, 100].filter((top) => top > -20 && top < 100),
    );
    expect(found).toHaveLength(15);
  });

  test.each(Place.options)('from %s covers the same share of every part, and no two overlap', (place) => {
    for (const spacing of [0, 7, 100]) {
      const [width, height] = [301, 223];
      const found = places({ place, spacing, size: 15 }, width, height, { width: 60, height: 40 });
      const covered = new Uint8Array(width * height);
      for (const { left, top, ...size } of found) {
        expect([left + size.width > 0, top + size.height > 0, left < width, top < height]).not.toContain(false);
        for (let y = Math.max(0, top); y < Math.min(height, top + size.height); y++) {
          for (let x = Math.max(0, left); x < Math.min(width, left + size.width); x++) {
            covered[y * width + x] = (covered[y * width + x] ?? 0) + 1;
          }
        }
      }
      expect(Math.max(...covered)).toBe(1);
      if (spacing === 0) expect(Math.min(...covered)).toBe(1);
      expect(found).toContainEqual(area({ place, size: 15 }, width, height, { width: 60, height: 40 }));
    }
  });

  test('has a spacing of 10 per cent of the shorter side, and none is needed', () => {
    expect(mark({ tile: true })).toMatchObject({ tile: true, spacing: 10 });
    const steps = (change: object) =>
      area({ tile: true, size: 20, ...change }, 400, 200, { width: 80, height: 40 })?.steps;
    expect(steps({})).toEqual({ x: 100, y: 60 });
    expect(steps({ spacing: 0 })).toEqual({ x: 80, y: 40 });
  });

  test('covers a round rendition beyond its square', () => {
    const found = places({ place: 'centre', size: 20, spacing: 0 }, 200, 200, { width: 40, height: 40 }, true);
    expect(Math.min(...found.map(({ left }) => left))).toBeLessThanOrEqual(0);
    expect(Math.max(...found.map(({ left, width }) => left + width))).toBeGreaterThanOrEqual(200);
  });

  test('is drawn at most once for 256 pixels, and not at all if it is smaller', () => {
    const found = places({ size: 1, spacing: 0 }, 1600, 1600, { width: 16, height: 16 });
    expect(found.length).toBeLessThanOrEqual(101 ** 2);
    expect(places({ size: 1, spacing: 0 }, 1500, 1500, { width: 16, height: 16 })).toEqual([]);
  });

  test('that is off is the same revision as none', () => {
    expect(mark({ tile: false })).toEqual(mark());
    expect(Object.keys(mark())).not.toContain('spacing');
  });
});

test.each([
  ['a spacing of a single mark', { spacing: 5 }],
  ['a spacing above 100 per cent', { tile: true, spacing: 101 }],
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
