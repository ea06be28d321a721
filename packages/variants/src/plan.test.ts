import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crops, decodeSize, planRenditions, VariantSet, variantSets } from './index.ts';

const variantSet = (...entries: object[]) =>
  VariantSet.parse(entries.map((entry, index) => ({ ...defaults, name: `v${index}`, ...entry })));
const defaults = { width: 64, height: 64, fit: 'inside', format: 'png', quality: 80 };

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 65_535 }));
const size = fc.record({ width: side, height: side });
const boxSide = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 16_383 }));
const box = fc.record({ width: boxSide, height: boxSide, fit: fc.constantFrom('inside' as const, 'cover' as const) });
const planOf = (source: { width: number; height: number }, entry: object) => {
  const [plan] = planRenditions(source, variantSet({ ...entry }));
  if (!plan) throw new Error('There is no plan.');
  return plan;
};

describe('every plan', () => {
  test('has sides of at least one pixel, and fits into the box and the source', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { width, height } = planOf(source, entry);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        expect(width).toBeLessThanOrEqual(Math.min(source.width, entry.width));
        expect(height).toBeLessThanOrEqual(Math.min(source.height, entry.height));
      }),
    );
  });

  test('keeps the aspect ratio to within a pixel: of the source with "inside", of the box with "cover"', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { width, height } = planOf(source, entry);
        const [kept, limit] = entry.fit === 'cover' ? [entry, source] : [source, entry];
        const factor = Math.min(1, limit.width / kept.width, limit.height / kept.height);
        expect(Math.abs(width - Math.max(1, kept.width * factor))).toBeLessThanOrEqual(0.501);
        expect(Math.abs(height - Math.max(1, kept.height * factor))).toBeLessThanOrEqual(0.501);
      }),
    );
  });

  test('is as large as its box or its source on at least one side', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const { width, height } = planOf(source, entry);
        const touches = [entry.width, source.width].includes(width) || [entry.height, source.height].includes(height);
        expect(touches).toBe(true);
      }),
    );
  });

  test('has the size of the whole source at its scale: at least its own size, at most that of the source', () => {
    fc.assert(
      fc.property(size, box, (source, entry) => {
        const plan = planOf(source, entry);
        expect(plan.whole.width).toBeGreaterThanOrEqual(plan.width);
        expect(plan.whole.height).toBeGreaterThanOrEqual(plan.height);
        expect(plan.whole.width).toBeLessThanOrEqual(source.width);
        expect(plan.whole.height).toBeLessThanOrEqual(source.height);
        if (entry.fit === 'inside') expect(crops(plan)).toBe(false);
      }),
    );
  });
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

describe('the standard sets', () => {
  const standard = variantSets();
  const sizeOf = (category: string, name: string, width: number, height: number) => {
    const plan = planRenditions({ width, height }, standard.get(category) ?? []).find((p) => p.variant.name === name);
    return plan && `${plan.width}×${plan.height}`;
  };

  test.each([
    ['avatar', 'large', 200, 300, '200×200'],
    ['avatar', 'round-large', 399, 401, '399×399'],
    ['product', 'og', 200, 300, '200×105'],
    ['product', 'og', 1200, 630, '1200×630'],
    ['product', 'og', 1199, 630, '1199×629'],
    ['product', 'og', 1200, 629, '1198×629'],
    ['product', 'thumb', 1, 1, '1×1'],
    ['product', 'thumb', 1, 5000, '1×1'],
    ['product', 'og', 5000, 1, '2×1'],
    ['product', 'small', 1, 5000, '1×300'],
    ['product', 'retina', 5000, 1, '2400×1'],
    ['product', 'retina', 4032, 3024, '2400×1800'],
  ])('%s %s of a source of %i×%i is %s', (category, name, width, height, expected) => {
    expect(sizeOf(category, name, width, height)).toBe(expected);
  });

  const entries = [...standard].flatMap(([category, set]) => set.map((variant) => ({ category, variant })));

  test.each(entries)(
    '$category $variant.name $variant.format has the size of its box for a source of that size',
    ({ variant }) => {
      const { width, height } = variant;
      expect(planOf({ width, height }, variant)).toMatchObject({ width, height });
      expect(planOf({ width: width + 1, height: height + 1 }, variant)).toMatchObject({ width, height });
    },
  );

  test.each(entries)(
    '$category $variant.name $variant.format is smaller for a source that is one pixel smaller',
    ({ variant }) => {
      const [width, height] = [variant.width - 1, variant.height - 1];
      const plan = planOf({ width, height }, variant);
      expect(plan.height).toBe(height);
      expect(plan.width).toBe(Math.min(width, Math.round((height * variant.width) / variant.height)));
    },
  );
});
