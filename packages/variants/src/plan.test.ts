import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crops, decodeSize, pads, planRenditions, type Size } from './index.ts';
import { box, boxOf, planOf, size, variantSet } from './test-support/plans.ts';

/** The picture in a rendition: without padding, and with what is cropped. */
const wholeOf = (source: Size, entry: object) => planOf(source, entry).whole;

describe('every plan', () => {
  test('has sides from one pixel to the limit of the encoders', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { width, height } = planOf(source, entry);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        expect(Math.max(width, height)).toBeLessThanOrEqual(16_383);
      }),
    );
  });

  test('fits into the box, unless the fit is "outside"', () => {
    fc.assert(
      fc.property(size, boxOf('inside', 'cover', 'contain', 'fill'), (source, entry) => {
        const { width, height } = planOf(source, entry);
        expect(width).toBeLessThanOrEqual(entry.width);
        expect(height).toBeLessThanOrEqual(entry.height);
      }),
    );
  });

  test('shows a picture that is not enlarged, and a rendition with another fit than "contain" is nothing else', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { whole, crop, width, height } = planOf(source, entry);
        expect(whole.width).toBeLessThanOrEqual(source.width);
        expect(whole.height).toBeLessThanOrEqual(source.height);
        if (entry.fit !== 'contain') expect(crop).toMatchObject({ width, height });
      }),
    );
  });

  test.each([
    ['inside', 'the source'],
    ['outside', 'the source'],
    ['cover', 'the box'],
    ['contain', 'the box'],
    ['fill', 'the box'],
  ] as const)('with the fit "%s" keeps the aspect ratio of %s to within a pixel', (fit, of) => {
    fc.assert(
      fc.property(size, boxOf(fit), (source, entry) => {
        const { width, height } = planOf(source, entry);
        const kept = of === 'the box' ? entry : source;
        // The side that is rounded less, relative to its length, gives the scale.
        const factor = Math.max(width / kept.width, height / kept.height);
        expect(Math.abs(width - Math.max(1, kept.width * factor))).toBeLessThanOrEqual(
          1.001 * Math.max(1, kept.width / kept.height),
        );
        expect(Math.abs(height - Math.max(1, kept.height * factor))).toBeLessThanOrEqual(
          1.001 * Math.max(1, kept.height / kept.width),
        );
      }),
    );
  });

  test('crops only with the fit "cover", and pads only with "contain"', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const plan = planOf(source, entry);
        if (entry.fit !== 'cover') expect(crops(plan)).toBe(false);
        if (entry.fit !== 'contain') expect(pads(plan)).toBe(false);
      }),
    );
  });

  test('has its crop within the whole source, and its picture within the rendition, both in the middle', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { whole, crop, inset, width, height } = planOf(source, entry);
        const right = whole.width - crop.left - crop.width;
        const bottom = whole.height - crop.top - crop.height;
        expect([0, 1]).toContain(crop.left - right);
        expect([0, 1]).toContain(crop.top - bottom);
        expect([0, 1]).toContain(inset.left - (width - crop.width - inset.left));
        expect([0, 1]).toContain(inset.top - (height - crop.height - inset.top));
      }),
    );
  });
});

describe('a picture is as large as possible', () => {
  const touches = (a: number, ...others: number[]) => others.includes(a);

  test('without enlarging it: it is as large as its box or its source on at least one side', () => {
    fc.assert(
      fc.property(size, boxOf('inside', 'cover', 'fill', 'contain'), (source, entry) => {
        const { crop } = planOf(source, entry);
        expect(
          touches(crop.width, entry.width, source.width) || touches(crop.height, entry.height, source.height),
        ).toBe(true);
      }),
    );
  });

  test('with the fit "outside", it covers its box unless the source, or the limit of the encoders, is smaller', () => {
    fc.assert(
      fc.property(size, boxOf('outside'), (source, entry) => {
        const { width, height } = planOf(source, entry);
        const covers = width >= entry.width && height >= entry.height;
        expect(covers || touches(width, source.width, 16_383) || touches(height, source.height, 16_383)).toBe(true);
      }),
    );
  });

  test('with the fit "contain", the picture is that of "inside", in the area that "cover" gives to a large source', () => {
    fc.assert(
      fc.property(size, boxOf('contain'), (source, entry) => {
        const { crop, width, height } = planOf(source, entry);
        expect(crop).toMatchObject(wholeOf(source, { ...entry, fit: 'inside' }));
        const isLargeEnough = crop.width === entry.width || crop.height === entry.height;
        if (isLargeEnough) expect([width, height]).toEqual([entry.width, entry.height]);
      }),
    );
  });
});

describe('padding', () => {
  const padded = fc
    .record({ box: boxOf('inside', 'contain'), share: fc.double({ min: 0.001, max: 0.499, noNaN: true }) })
    .map(({ box, share }) => ({ ...box, padding: Math.floor(share * Math.min(box.width, box.height)) }))
    .filter(({ padding }) => padding > 0);

  test('is within the box, on all sides of a picture that is not enlarged', () => {
    fc.assert(
      fc.property(size, padded, (source, entry) => {
        const { whole, crop, inset, width, height } = planOf(source, entry);
        expect(width).toBeLessThanOrEqual(entry.width);
        expect(height).toBeLessThanOrEqual(entry.height);
        expect(whole.width).toBeLessThanOrEqual(Math.min(source.width, entry.width - 2 * entry.padding));
        expect(whole.height).toBeLessThanOrEqual(Math.min(source.height, entry.height - 2 * entry.padding));
        expect([0, 1]).toContain(inset.left - (width - crop.width - inset.left));
        expect([0, 1]).toContain(inset.top - (height - crop.height - inset.top));
      }),
    );
  });

  test('is exact around a picture that fills the room', () => {
    fc.assert(
      fc.property(size, padded, (source, entry) => {
        const { whole, width, height } = planOf(source, entry);
        const [room, all] = [entry.width - 2 * entry.padding, entry.height - 2 * entry.padding];
        if (whole.width < room && whole.height < all) return;
        if (entry.fit === 'contain') expect([width, height]).toEqual([entry.width, entry.height]);
        else expect([width - whole.width, height - whole.height]).toEqual([2 * entry.padding, 2 * entry.padding]);
      }),
    );
  });

  test('is smaller around a picture that is smaller than the room, in proportion', () => {
    const source = { width: 50, height: 20 };
    const inside = planOf(source, { width: 120, height: 120, padding: 10, fit: 'inside' });
    expect(inside).toMatchObject({ width: 60, height: 30, inset: { left: 5, top: 5 } });
    const contain = planOf(source, { width: 120, height: 120, padding: 10, fit: 'contain' });
    expect(contain).toMatchObject({ width: 60, height: 60, inset: { left: 5, top: 20 } });
  });
});

test('a picture is sharpened only if it is scaled down', () => {
  const sharpens = (width: number, sharpen?: boolean) =>
    planOf({ width: 100, height: 100 }, { width, height: width, sharpen }).sharpens;
  expect([sharpens(99, true), sharpens(100, true), sharpens(99, false), sharpens(99)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a set is planned smallest first', () => {
  fc.assert(
    fc.property(size, fc.array(box, { minLength: 1, maxLength: 9 }), (source, entries) => {
      const areas = planRenditions(source, variantSet(...entries)).map(({ width, height }) => width * height);
      expect(areas).toEqual(areas.toSorted((a, b) => a - b));
    }),
  );
});

test('a source is decoded to exactly the size of its largest rendition', () => {
  const inside = (...widths: number[]) =>
    variantSet(...widths.map((width) => ({ width, height: width })), { width: 10, height: 10, fit: 'cover' });
  expect(decodeSize(planRenditions({ width: 1000, height: 665 }, inside(100, 300)))).toEqual({
    width: 300,
    height: 200,
  });
  expect(decodeSize(planRenditions({ width: 50, height: 40 }, inside(100, 300)))).toEqual({ width: 50, height: 40 });
  const cover = variantSet({ width: 1200, height: 630, fit: 'cover' });
  expect(decodeSize(planRenditions({ width: 3000, height: 3000 }, cover))).toEqual({ width: 1200, height: 1200 });
});

test.each([
  ['its own size', { width: 1000, height: 600 }, 100, { width: 1000, height: 600 }],
  ['2,400 pixels on its longer side', { width: 4000, height: 3000 }, 100, { width: 2400, height: 1800 }],
  ['the size of a larger rendition', { width: 4000, height: 3000 }, 3200, { width: 3200, height: 2400 }],
])('a source that is enhanced is decoded to %s', (_size, source, side, expected) => {
  const plans = planRenditions(source, variantSet({ width: side, height: side }));
  expect(decodeSize(plans, source)).toEqual(expected);
});
