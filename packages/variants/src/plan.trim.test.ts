import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Area, Focus, Size } from './index.ts';
import { boxOf, planOf, size } from './test-support/plans.ts';

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
  const trimmed = (source: Size, entry: object, part: Area, focus?: Focus) =>
    planOf(source, entry, { focus, partOf: () => part });

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
