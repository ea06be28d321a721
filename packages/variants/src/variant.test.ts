import { describe, expect, test } from 'vitest';
import { type Variant, VariantSet, variantSets } from './index.ts';

const box = { name: 'card', width: 300, height: 300, fit: 'cover', format: 'webp', quality: 80 } as const;
const parse = (...entries: object[]) => VariantSet.safeParse(entries);
const shape = (set: readonly Variant[] = []) =>
  set.map(({ name, width, height, fit, shape, format }) => `${name} ${width}×${height} ${fit} ${shape} ${format}`);

describe('the standard sets', () => {
  test('product makes the twelve renditions that are documented', () => {
    expect(shape(variantSets().get('product'))).toEqual([
      'thumb 150×150 cover rectangle avif',
      'thumb 150×150 cover rectangle webp',
      'small 300×300 inside rectangle avif',
      'small 300×300 inside rectangle webp',
      'medium 600×600 inside rectangle avif',
      'medium 600×600 inside rectangle webp',
      'large 1200×1200 inside rectangle avif',
      'large 1200×1200 inside rectangle webp',
      'large 1200×1200 inside rectangle jpeg',
      'retina 2400×2400 inside rectangle avif',
      'retina 2400×2400 inside rectangle webp',
      'og 1200×630 cover rectangle jpeg',
    ]);
  });

  test('avatar makes the thirteen renditions that are documented', () => {
    expect(shape(variantSets().get('avatar'))).toEqual([
      'small 48×48 cover rectangle avif',
      'small 48×48 cover rectangle webp',
      'medium 128×128 cover rectangle avif',
      'medium 128×128 cover rectangle webp',
      'large 256×256 cover rectangle avif',
      'large 256×256 cover rectangle webp',
      'large 256×256 cover rectangle jpeg',
      'round-small 100×100 cover circle webp',
      'round-small 100×100 cover circle png',
      'round-medium 200×200 cover circle webp',
      'round-medium 200×200 cover circle png',
      'round-large 400×400 cover circle webp',
      'round-large 400×400 cover circle png',
    ]);
  });
});

test('webp tries harder where no avif stands beside it', () => {
  const efforts = (category: string) =>
    variantSets()
      .get(category)
      ?.filter(({ format }) => format === 'webp')
      .map(({ name, effort }) => `${name} ${effort}`);
  expect(efforts('product')).toEqual(['thumb 2', 'small 2', 'medium 2', 'large 2', 'retina 2']);
  expect(efforts('avatar')).toEqual([
    'small 2',
    'medium 2',
    'large 2',
    'round-small 4',
    'round-medium 4',
    'round-large 4',
  ]);
});

describe('a variant set', () => {
  test('refuses two entries with the same name and format, and names them', () => {
    const parsed = parse(box, { ...box, format: 'avif' }, { ...box, width: 200 });
    expect(parsed.error?.issues).toMatchObject([{ path: [2], message: 'card.webp is in the set twice' }]);
  });

  test('takes sides up to what webp can store, in every format, and names the limit beyond', () => {
    for (const format of ['avif', 'webp', 'jpeg', 'png']) {
      expect(parse({ ...box, format, width: 16_383, height: 16_383 }).success, format).toBe(true);
      expect(parse({ ...box, format, width: 16_384 }).error?.issues).toMatchObject([
        { path: [0, 'width'], message: 'a side of at most 16,383 pixels, the most that webp can store' },
      ]);
    }
  });

  test.each([
    ['no entries at all', []],
    ['a box without area', [{ ...box, width: 0 }]],
    ['half a pixel', [{ ...box, width: 10.5 }]],
    ['a side that webp can not store', [{ ...box, height: 16_384 }]],
    ['an unknown format', [{ ...box, format: 'heic' }]],
    ['a quality over 100', [{ ...box, quality: 101 }]],
    ['a name that is not a path segment', [{ ...box, name: '../etc' }]],
    ['an unknown field', [{ ...box, blur: 3 }]],
    ['a circle in a box that is not square', [{ ...box, shape: 'circle', width: 200 }]],
    ['a circle in a format without transparency', [{ ...box, shape: 'circle', format: 'jpeg' }]],
    ['an effort of avif that nothing could stop', [{ ...box, format: 'avif', effort: 5 }]],
    ['an effort that webp does not have', [{ ...box, effort: 7 }]],
    ['an effort for a format without one', [{ ...box, format: 'jpeg', effort: 1 }]],
    ['an animation that is cropped where it is salient', [{ ...box, animated: true, position: 'attention' }]],
    ['metadata that may not be kept', [{ ...box, keepMetadata: ['gps'] }]],
    ['a list of no metadata', [{ ...box, keepMetadata: [] }]],
    ['an animated jpeg', [{ ...box, animated: true, format: 'jpeg' }]],
  ])('refuses %s', (_what, entries) => {
    expect(parse(...entries).success).toBe(false);
  });
});

describe("an operator's own sets", () => {
  test('stand beside the standard ones', () => {
    expect([...variantSets({ banner: [box] }).keys()]).toEqual(['product', 'avatar', 'banner']);
  });

  test('replace a standard one of the same name', () => {
    expect(shape(variantSets({ product: [box] }).get('product'))).toEqual(['card 300×300 cover rectangle webp']);
  });

  test('are refused whole when one entry is bad, with its path', () => {
    expect(() => variantSets({ banner: [box, { ...box, format: 'bmp' }] })).toThrow(/banner[\s\S]*1[\s\S]*format/);
  });
});
