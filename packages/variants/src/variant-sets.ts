import { z } from 'zod';
import { avatarSet, productSet } from './standard-sets.ts';
import { Category, VariantSet } from './variant.ts';

/** Variant sets by category. */
export type VariantSets = ReadonlyMap<string, VariantSet>;

const OwnSets = z.record(Category, VariantSet);

/**
 * The variant sets by category: product and avatar, and the operator's own on top (one of the same name replaces ours).
 *
 * @param own `{ "<category>": [variant, …] }`, as parsed from the operator's JSON file
 * @throws ZodError naming every entry that does not fit the schema
 */
export function variantSets(own: unknown = {}): VariantSets {
  return new Map([
    ['product', VariantSet.parse(productSet)],
    ['avatar', VariantSet.parse(avatarSet)],
    ...Object.entries(OwnSets.parse(own)),
  ]);
}
