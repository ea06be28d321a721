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

const isNamed =
  ({ name, format }: EntryName) =>
  (entry: EntryName) =>
    entry.name === name && entry.format === format;
