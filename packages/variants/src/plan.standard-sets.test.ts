import { describe, expect, test } from 'vitest';
import { planRenditions, variantSets } from './index.ts';
import { planOf } from './test-support/plans.ts';

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
