import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Area, crops, decodeSize, type Focus, pads, planRenditions, VariantSet, variantSets } from './index.ts';

const variantSet = (...entries: object[]) =>
  VariantSet.parse(entries.map((entry, index) => ({ ...defaults, name: `v${index}`, ...entry })));
const defaults = { width: 64, height: 64, fit: 'inside', format: 'png', quality: 80 };

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 65_535 }));
const size = fc.record({ width: side, height: side });
const boxSide = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 16_383 }));
const fits = ['inside', 'cover', 'contain', 'fill', 'outside'] as const;
const boxOf = (...among: readonly (typeof fits)[number][]) =>
  fc.record({ width: boxSide, height: boxSide, fit: fc.constantFrom(...among) });
const box = boxOf(...fits);
const planOf = (source: { width: number; height: number }, entry: object) => {
  const [plan] = planRenditions(source, variantSet({ ...entry }));
  if (!plan) throw new Error('There is no plan.');
  return plan;
};

/** The picture in a rendition: without padding, and with what is cropped. */
const wholeOf = (source: { width: number; height: number }, entry: object) => planOf(source, entry).whole;

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

describe('a trimmed entry', () => {
  const trimmable = fc
    .record({ box: boxOf('inside', 'contain', 'cover'), share: fc.double({ min: 0, max: 0.49, noNaN: true }) })
    .map(({ box, share }) => {
      const padding = box.fit === 'cover' ? 0 : Math.floor(share * Math.min(box.width, box.height));
      return { ...box, trim: 10, padding: padding || undefined };
    });
  /** What is left of each axis: at least half. */
  const left = fc.record({
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    share: fc.double({ min: 0.5, max: 1, noNaN: true }),
  });
  const spanOf = (length: number, { from, share }: { from: number; share: number }) => {
    const kept = Math.max(1, Math.ceil(length * share));
    return { start: Math.floor(from * (length - kept)), kept };
  };
  const trimmed = (source: { width: number; height: number }, entry: object, part: Area, focus?: Focus) => {
    const [plan] = planRenditions(source, variantSet(entry), { focus, partOf: () => part });
    if (!plan) throw new Error('There is no plan.');
    return plan;
  };

  test('is planned with the largest size that it can have, whatever is left', () => {
    fc.assert(
      fc.property(size, trimmable, left, left, (source, entry, across, down) => {
        const before = planOf(source, entry);
        const [x, y] = [spanOf(source.width, across), spanOf(source.height, down)];
        const exact = trimmed(source, entry, { left: x.start, top: y.start, width: x.kept, height: y.kept });
        expect([before.isAtMost, exact.isAtMost]).toEqual([true, false]);
        expect(exact.width).toBeLessThanOrEqual(before.width);
        expect(exact.height).toBeLessThanOrEqual(before.height);
        expect(exact.decode).toEqual(before.decode);
      }),
    );
  });

  test('is decoded large enough for what is left, and not enlarged', () => {
    fc.assert(
      fc.property(size, trimmable, left, left, (source, entry, across, down) => {
        const [x, y] = [spanOf(source.width, across), spanOf(source.height, down)];
        const { whole, decode } = trimmed(source, entry, {
          left: x.start,
          top: y.start,
          width: x.kept,
          height: y.kept,
        });
        expect(whole.width).toBeLessThanOrEqual(x.kept);
        expect(whole.height).toBeLessThanOrEqual(y.kept);
        expect(decode.width).toBeLessThanOrEqual(source.width);
        expect((decode.width * x.kept) / source.width).toBeGreaterThan(whole.width - 1.01);
        expect((decode.height * y.kept) / source.height).toBeGreaterThan(whole.height - 1.01);
      }),
    );
  });

  test('has the plan of a source that is only what is left', () => {
    const entry = { width: 60, height: 60, fit: 'inside' };
    const { variant: _, decode: _decode, ...plan } = trimmed({ width: 200, height: 200 }, { ...entry, trim: 5 }, part);
    expect(planOf({ width: 120, height: 100 }, entry)).toMatchObject(plan);
  });

  test.each([
    [{ x: 0.5, y: 0.5 }, 30],
    [{ x: 0, y: 0 }, 0],
    [{ x: 0.25, y: 0.5 }, 0],
    [{ x: 0.6, y: 0.9 }, 50],
    [{ x: 1, y: 0.5 }, 60],
  ])('is cropped around the focus %o of the untrimmed source', (focus, start) => {
    const entry = { width: 60, height: 100, fit: 'cover', position: 'focus', trim: 5 };
    const { crop } = trimmed({ width: 200, height: 200 }, entry, { ...part, left: 40 }, focus);
    expect(crop).toMatchObject({ left: start, width: 60, height: 100 });
  });

  const part = { left: 30, top: 60, width: 120, height: 100 };
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

describe('a crop with the position "focus"', () => {
  const share = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
  const focused = (source: { width: number; height: number }, entry: object, focus?: { x: number; y: number }) => {
    const [plan] = planRenditions(source, variantSet({ ...entry, position: 'focus' }), { focus });
    if (!plan) throw new Error('There is no plan.');
    return plan;
  };

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
    const [plan] = planRenditions({ width: 90, height: 30 }, variantSet({ width: 30, height: 30, fit: 'cover' }), {
      focus: { x: 0, y: 0 },
    });
    expect(plan?.crop.left).toBe(30);
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
