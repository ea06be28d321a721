import { z } from 'zod';
import { avatarSet, productSet } from './standard-sets.ts';
import { Category, VariantSet } from './variant.ts';

/** Variant sets by category. */
export type VariantSets = ReadonlyMap<string, VariantSet>;

const OwnSets = z.record(Category, VariantSet);

/**
 * The variant sets by category: the standard product and avatar sets, and the operator's own. An own set replaces a
 * standard set of the same name.
 *
 * @param own `{ "<category>": [variant, …] }`, as parsed from the operator's JSON file
 * @throws ZodError that names every invalid entry
 */
export function variantSets(own: unknown = {}): VariantSets {
  return new Map([
    ['product', VariantSet.parse(productSet)],
    ['avatar', VariantSet.parse(avatarSet)],
    ...Object.entries(OwnSets.parse(own)),
  ]);
}
