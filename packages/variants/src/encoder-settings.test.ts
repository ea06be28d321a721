import { expect, test } from 'vitest';
import { effortOf, planRenditions, settingsOfSize, variantSets } from './index.ts';

test.each([
  [1, 1, 1, 3, 5],
  [150, 150, 1, 3, 5],
  [150, 150, 0.031, 3, 5],
  [150, 150, 0.03, 4, 5],
  [150, 151, 1, 0, 2],
  [150, 151, 0.9, 1, 2],
  [150, 151, 0.4, 2, 4],
  [300, 300, 0.011, 3, 5],
  [300, 300, 0.01, 4, 5],
  [300, 301, 0.01, 3, 5],
  [600, 600, 0.1, 3, 5],
  [1200, 300, 0.1, 3, 5],
  [600, 600, 0.11, 2, 4],
  [600, 600, 0.41, 1, 2],
  [600, 600, 0.91, 0, 2],
  [600, 601, 0.01, 0, 2],
  [1200, 1200, 1.5, 0, 2],
  [1200, 1201, 0.01, 0, 0],
  [16_383, 16_383, 1.5, 0, 0],
])(
  'a rendition of %d×%d with %d of the pixels has effort %d in avif and %d in webp',
  (width, height, share, avif, webp) => {
    const size = { width, height, shareOfSource: share };
    expect(effortOf({ format: 'avif' }, size)).toBe(avif);
    expect(effortOf({ format: 'webp' }, size)).toBe(webp);
  },
);

const size = { width: 9, height: 9, shareOfSource: 1 };

test('the effort of a variant is that of its renditions of all sizes', () => {
  expect(effortOf({ format: 'avif', effort: 0 }, size)).toBe(0);
  expect(settingsOfSize({ format: 'avif', effort: 4 }, { ...size, width: 9_000, height: 9_000 })).toEqual({
    effort: 4,
  });
});

test('other formats have no effort and no bit depth', () => {
  for (const format of ['jpeg', 'png'] as const) {
    expect(effortOf({ format }, size)).toBeUndefined();
    expect(settingsOfSize({ format }, { ...size, width: 9_000, height: 9_000 })).toEqual({});
  }
});

test.each([
  ['avif', 600, 600, undefined],
  ['avif', 600, 601, 10],
  ['avif', 1200, 1200, 10],
  ['avif', 1200, 1201, undefined],
  ['webp', 600, 601, undefined],
] as const)('%s of %d×%d pixels has a bit depth of %s', (format, width, height, bitdepth) => {
  expect(settingsOfSize({ format }, { width, height, shareOfSource: 0.1 }).bitdepth).toBe(bitdepth);
});

test.each([
  ['12 megapixels', { width: 4000, height: 3000 }, [4, 4, 3, 0, 0]],
  ['3 megapixels', { width: 2000, height: 1500 }, [4, 3, 3, 0, 0]],
  ['1 megapixel', { width: 1155, height: 866 }, [4, 3, 2, 0, 0]],
  ['0.3 megapixels', { width: 640, height: 480 }, [3, 2, 1, 0, 0]],
])('the smaller a source of the product set, the lower the efforts of its renditions: %s', (_, source, efforts) => {
  const avif = (variantSets().get('product') ?? []).filter(({ format }) => format === 'avif');
  const bySize = planRenditions(source, avif).map((plan) => effortOf(plan.variant, plan));
  expect(bySize).toEqual(efforts);
});
