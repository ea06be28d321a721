import { z } from 'zod';
import { avatarSet, productSet } from './standard-sets.ts';
import { VariantSet } from './variant.ts';
import { Category } from './variant-fields.ts';
import { Visibility } from './visibility.ts';

/** Variant sets by category. */
export type VariantSets = ReadonlyMap<string, VariantSet>;

interface CategorySettings {
  readonly visibility: Visibility;
  /** Whether the operator's moderation service judges an image before anything of it is public. */
  readonly isModerated: boolean;
}

interface CategorySet extends CategorySettings {
  readonly set: VariantSet;
}

/** Of a standard category, the variants may be missing. */
interface OwnCategory extends CategorySettings {
  readonly set?: VariantSet | undefined;
}

const standard: ReadonlyMap<string, CategorySet> = new Map(
  Object.entries({ product: productSet, avatar: avatarSet }).map(([name, set]) => [
    name,
    { set: VariantSet.parse(set), visibility: 'public', isModerated: false },
  ]),
);

const WithSettings = z.strictObject({
  visibility: Visibility.default('public'),
  moderation: z.boolean().default(false),
  variants: VariantSet.optional(),
});

/** An array of variants, or an object that has them and settings. Not a union: its errors would not name the invalid entry. */
const CategoryFile = z.unknown().transform((given, context): OwnCategory => {
  const parsed = Array.isArray(given) ? VariantSet.safeParse(given) : WithSettings.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  if (Array.isArray(parsed.data)) return { set: parsed.data, visibility: 'public', isModerated: false };
  const { variants: set, visibility, moderation: isModerated } = parsed.data;
  return { set, visibility, isModerated };
});

const OwnSets = z.record(Category, CategoryFile).superRefine((own, context) => {
  for (const [name, { set }] of Object.entries(own)) {
    if (set || standard.has(name)) continue;
    context.addIssue({
      code: 'custom',
      path: [name, 'variants'],
      message: 'is required: this is not a standard category',
    });
  }
});

/**
 * The variant sets by category: the standard product and avatar sets, and the operator's own. An own set replaces a
 * standard set of the same name.
 *
 * @param own `{ "<category>": [variant, …] }` or `{ "<category>": { "visibility": "signed", "moderation": true, "variants": [variant, …] } }`,
 *   as parsed from the operator's JSON file. `variants` is optional for a standard category
 * @throws ZodError that names every invalid entry
 */
export function categorySets(own: unknown = {}): ReadonlyMap<string, CategorySet> {
  const given = Object.entries(OwnSets.parse(own)).flatMap(([name, { set = standard.get(name)?.set, ...settings }]) =>
    set ? [[name, { set, ...settings }] as const] : [],
  );
  return new Map<string, CategorySet>([...standard, ...given]);
}

/** The variant sets alone. @param own as of `categorySets` @throws ZodError that names every invalid entry */
export const variantSets = (own?: unknown): VariantSets =>
  new Map([...categorySets(own)].map(([name, { set }]) => [name, set]));
