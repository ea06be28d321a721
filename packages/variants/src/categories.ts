import { revisionOf } from './revision.ts';
import type { VariantSet } from './variant.ts';
import { variantSets } from './variant-sets.ts';

/** A category's variant set, and the revision in its renditions' keys. */
export interface CategorySpec {
  readonly set: VariantSet;
  readonly revision: string;
}

export type Categories = ReadonlyMap<string, CategorySpec>;

/**
 * Every category of this deployment, by name.
 *
 * @param ownSets the operator's own sets: see `variantSets`
 * @throws ZodError that names every invalid entry
 */
export async function loadCategories(ownSets?: unknown): Promise<Categories> {
  const specs = [...variantSets(ownSets)].map(
    async ([name, set]) => [name, { set, revision: await revisionOf(set) }] as const,
  );
  return new Map(await Promise.all(specs));
}
