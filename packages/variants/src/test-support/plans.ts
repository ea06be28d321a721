import fc from 'fast-check';
import { planRenditions, VariantSet } from '../index.ts';

const defaults = { width: 64, height: 64, fit: 'inside', format: 'png', quality: 80 };
export const variantSet = (...entries: object[]) =>
  VariantSet.parse(entries.map((entry, index) => ({ ...defaults, name: `v${index}`, ...entry })));

/** The first rendition of a set of one entry. */
export function planOf(
  source: { width: number; height: number },
  entry: object,
  options: Parameters<typeof planRenditions>[2] = {},
) {
  const [plan] = planRenditions(source, variantSet(entry), options);
  if (!plan) throw new Error('There is no plan.');
  return plan;
}

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 65_535 }));
/** Of a source. */
export const size = fc.record({ width: side, height: side });

const fits = ['inside', 'cover', 'contain', 'fill', 'outside'] as const;
const boxSide = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 16_383 }));
/** Of an entry, with one of these fits. */
export const boxOf = (...among: readonly (typeof fits)[number][]) =>
  fc.record({ width: boxSide, height: boxSide, fit: fc.constantFrom(...among) });
export const box = boxOf(...fits);
