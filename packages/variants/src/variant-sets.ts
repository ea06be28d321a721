import { z } from 'zod';
import { avatarSet, productSet } from './standard-sets.ts';
import { VariantSet } from './variant.ts';
import { Category } from './variant-fields.ts';
import { Visibility } from './visibility.ts';

/** Variant sets by category. */
export type VariantSets = ReadonlyMap<string, VariantSet>;

interface CategorySet {
  readonly set: VariantSet;
  readonly visibility: Visibility;
}

const WithVisibility = z.strictObject({ visibility: Visibility.default('public'), variants: VariantSet });

/** An array of variants, or an object that has them and a visibility. Not a union: its errors would not name the invalid entry. */
const CategoryFile = z.unknown().transform((given, context): CategorySet => {
  const parsed = Array.isArray(given) ? VariantSet.safeParse(given) : WithVisibility.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  return 'variants' in parsed.data
    ? { set: parsed.data.variants, visibility: parsed.data.visibility }
    : { set: parsed.data, visibility: 'public' };
});

const OwnSets = z.record(Category, CategoryFile);

/**
 * The variant sets by category: the standard product and avatar sets, and the operator's own. An own set replaces a
 * standard set of the same name.
 *
 * @param own `{ "<category>": [variant, …] }` or `{ "<category>": { "visibility": "signed", "variants": [variant, …] } }`, as parsed from
 *   the operator's JSON file
 * @throws ZodError that names every invalid entry
 */
export function categorySets(own: unknown = {}): ReadonlyMap<string, CategorySet> {
  return new Map<string, CategorySet>([
    ['product', { set: VariantSet.parse(productSet), visibility: 'public' }],
    ['avatar', { set: VariantSet.parse(avatarSet), visibility: 'public' }],
    ...Object.entries(OwnSets.parse(own)),
  ]);
}

/** The variant sets alone. @param own as of `categorySets` @throws ZodError that names every invalid entry */
export const variantSets = (own?: unknown): VariantSets =>
  new Map([...categorySets(own)].map(([name, { set }]) => [name, set]));
