import { revisionOf } from './revision.ts';
import type { VariantSet } from './variant.ts';
import { variantSets } from './variant-sets.ts';

/** What a category makes, and the revision that its renditions' keys carry. */
export interface CategorySpec {
  readonly set: VariantSet;
  readonly revision: string;
}

export type Categories = ReadonlyMap<string, CategorySpec>;

/**
 * Every category that this deployment knows, by name.
 *
 * @param ownSets the operator's own sets: see `variantSets`
 * @throws ZodError naming every entry that does not fit the schema
 */
export async function loadCategories(ownSets?: unknown): Promise<Categories> {
  const specs = [...variantSets(ownSets)].map(
    async ([name, set]) => [name, { set, revision: await revisionOf(set) }] as const,
  );
  return new Map(await Promise.all(specs));
}
