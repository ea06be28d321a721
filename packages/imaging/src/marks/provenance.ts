import type { SourceFacts } from '@imagemill/variants';
import type { SourceHeader } from '../source/foreign-header.ts';
import { hasC2paManifest } from './has-c2pa-manifest.ts';
import { xmpNames } from './marks.ts';
import { readXmpMarks } from './read-xmp.ts';

/** What a file says about its own origin; nothing for a file that says nothing. */
export function readProvenance(file: Uint8Array, { xmp }: Pick<SourceHeader, 'xmp'>): Pick<SourceFacts, 'provenance'> {
  // A search is cheaper than parsing, and most packets do not have it.
  const { digitalSourceType } = xmp?.includes(xmpNames.digitalSourceType.local) ? readXmpMarks(xmp) : {};
  const c2pa = hasC2paManifest(file);
  if (!c2pa && digitalSourceType === undefined) return {};
  return { provenance: { c2pa, ...(digitalSourceType !== undefined && { digitalSourceType }) } };
}
