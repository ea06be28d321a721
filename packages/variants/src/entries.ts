import type { Variant, VariantSet } from './variant.ts';

/** The name of one entry of a set: the combination is unique. */
export type EntryName = Pick<Variant, 'name' | 'format'>;

/**
 * The entries with these names, in the order of the set; all entries if no names are given.
 *
 * @throws Error if the set has no entry of a name
 */
export function selectEntries(set: VariantSet, names: readonly EntryName[] | undefined): readonly Variant[] {
  if (!names) return set;
  const missing = names.find((name) => !set.some(isNamed(name)));
  if (missing) throw new Error(`The set has no entry ${missing.name}.${missing.format}.`);
  return set.filter((entry) => names.some(isNamed(entry)));
}

/** The entries that a worker makes. The others are made by an edge, on their first request. */
export const uploadEntries = (set: VariantSet): readonly Variant[] => set.filter(({ when }) => when === 'upload');

const isNamed =
  ({ name, format }: EntryName) =>
  (entry: EntryName) =>
    entry.name === name && entry.format === format;
