import { aiMark } from './ai-mark.ts';
import { animationDropped } from './animation-dropped.ts';
import { blurry } from './blurry.ts';
import { duplicate } from './duplicate.ts';
import type { Examined } from './examined.ts';
import { framed } from './framed.ts';
import { hdrDropped } from './hdr-dropped.ts';
import { locationRemoved } from './location-removed.ts';
import { nearDuplicate } from './near-duplicate.ts';
import { profileConverted } from './profile-converted.ts';
import { tooBright } from './too-bright.ts';
import { tooDark } from './too-dark.ts';
import { tooSmall } from './too-small.ts';
import type { Warning } from './warning.ts';

const checks: readonly ((examined: Examined) => Warning | undefined)[] = [
  tooSmall,
  locationRemoved,
  profileConverted,
  hdrDropped,
  animationDropped,
  aiMark,
  blurry,
  tooDark,
  tooBright,
  framed,
  duplicate,
  nearDuplicate,
];

/** The warnings about an image, in the order of the table in docs/seller-report.md. */
export const warningsOf = (examined: Examined): Warning[] => checks.flatMap((check) => check(examined) ?? []);
