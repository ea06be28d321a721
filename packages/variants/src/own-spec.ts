import { z } from 'zod';
import type { CategorySpec } from './categories.ts';
import { Enhance } from './enhance.ts';
import { Focus } from './focus.ts';

/** What was asked for one image alone. It decides the image's renditions beside the set of its category. */
export const OwnSettings = z.object({
  focus: Focus.optional(),
  enhance: Enhance.optional(),
  /** How often it was rendered again to do steps that it had been made without. */
  redone: z.int().positive().optional(),
});
export type OwnSettings = Readonly<z.infer<typeof OwnSettings>>;

/** The part of an image that decides its revision. */
export const ownSettings = ({ focus, enhance, redone }: OwnSettings): OwnSettings => ({ focus, enhance, redone });

/** The set and the revision of one image: those of its category, but a revision of its own if something was asked for it alone. */
export function ownSpec(category: CategorySpec, { focus, enhance, redone }: OwnSettings): CategorySpec {
  const settings = [
    ...(focus ? [focus.x, focus.y] : []),
    ...(enhance ? [{ enhance }] : []),
    ...(redone ? [{ redone }] : []),
  ];
  if (settings.length === 0) return category;
  const own = (revision: string) => mixed(revision, JSON.stringify(settings));
  return { ...category, revision: own(category.revision), publicRevision: own(category.publicRevision) };
}

const HEX = 16;
const REVISION_DIGITS = 12;

/**
 * 48 bits of FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), which needs no await in a browser, unlike SHA-256. It only has to tell
 * apart the settings that one image has had: files of another image have other keys.
 */
function mixed(revision: string, settings: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of new TextEncoder().encode(`${revision} ${settings}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  }
  // The highest bits are the best mixed ones.
  return (hash >> 16n).toString(HEX).padStart(REVISION_DIGITS, '0');
}
