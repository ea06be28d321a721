import { revisionOf } from './revision.ts';
import type { VariantSet } from './variant.ts';
import { categorySets } from './variant-sets.ts';
import type { Visibility } from './visibility.ts';
import { loadWatermarks, type ReadBeside } from './watermark/load-watermarks.ts';

/** A category's variant set, who may read its renditions, and the revision in their keys. */
export interface CategorySpec {
  readonly set: VariantSet;
  readonly visibility: Visibility;
  readonly revision: string;
  /** The revision that the set has, or had, while its category is public. */
  readonly publicRevision: string;
  /** Whether an image needs the verdict `allow` before anything of it is made public. It changes no bytes, and no revision. */
  readonly isModerated: boolean;
}

export type Categories = ReadonlyMap<string, CategorySpec>;

/**
 * Every category of this deployment, by name.
 *
 * @param ownSets the operator's own sets: see `categorySets`
 * @throws ZodError that names every invalid entry
 */
export async function loadCategories(ownSets?: unknown): Promise<Categories> {
  const specs = [...categorySets(ownSets)].map(async ([name, { set, visibility, isModerated }]) => {
    const publicRevision = await revisionOf(set);
    const revision = visibility === 'public' ? publicRevision : await revisionOf(set, visibility);
    return [name, { set, visibility, revision, publicRevision, isModerated }] as const;
  });
  return new Map(await Promise.all(specs));
}

/**
 * Every category of this deployment, and the files of the marks on their renditions.
 *
 * @param ownSets the content of the operator's variant sets file; undefined without one
 * @param read reads a file beside it
 * @throws ZodError that names every invalid entry
 */
export async function loadVariantSets(ownSets: unknown, read: ReadBeside) {
  const { sets, files } = await loadWatermarks(ownSets, read);
  return { categories: await loadCategories(sets), watermarks: files };
}

/** The names of the moderated categories. */
export const moderatedCategories = (categories: Categories): string[] =>
  [...categories].flatMap(([name, { isModerated }]) => (isModerated ? [name] : []));

/** The names of the private categories. */
export const privateCategories = (categories: Categories): string[] =>
  [...categories].flatMap(([name, { visibility }]) => (visibility === 'signed' ? [name] : []));

/**
 * Whether a public rendition with this revision is of an image that is public today. False if only the image can tell: its category may
 * have become private, in which case its earlier renditions are public until the reconciler has found them.
 */
export function isSurelyPublic(categories: Categories, revision: string): boolean {
  const specs = [...categories.values()];
  if (specs.every(({ visibility }) => visibility === 'public')) return true;
  return specs.some((spec) => spec.revision === revision) && !specs.some((spec) => couldBePrivate(spec, revision));
}

/** Whether a private rendition with this revision is a current one of a private category. If not, only its image can tell what it is. */
export const isSurelyPrivate = (categories: Categories, revision: string): boolean =>
  [...categories.values()].some((spec) => spec.visibility === 'signed' && spec.revision === revision);

const couldBePrivate = (spec: CategorySpec, revision: string) =>
  spec.visibility === 'signed' && [spec.revision, spec.publicRevision].includes(revision);
