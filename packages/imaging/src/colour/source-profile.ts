import { cleanString } from '../marks/clean-text.ts';
import type { SourceHeader } from '../source/foreign-header.ts';
import { isSrgb } from './code-points.ts';
import { bt2020Gamut, type Chromaticities, p3Gamut, srgbGamut } from './gamut.ts';
import { iccTags } from './icc-tags.ts';
import type { Interpretation } from './interpretation.ts';
import { isSrgbProfile } from './is-srgb-profile.ts';

const CHARACTERS_MAX = 64;
const UNNAMED = 'unnamed';

const gamutNames = new Map<Chromaticities, string>([
  [p3Gamut, 'Display P3'],
  [bt2020Gamut, 'Rec. 2020'],
  [srgbGamut, 'sRGB primaries, other curve'],
]);

/** The name of the colour space that a source is converted from; undefined for sRGB, also if a file does not say what it has. */
export function sourceProfile(
  { icc, space, hasHiddenProfile }: Pick<SourceHeader, 'icc' | 'space' | 'hasHiddenProfile'>,
  interpretation: Interpretation,
): string | undefined {
  if (interpretation.by === 'encoding') {
    const { encoding } = interpretation;
    return isSrgb(encoding) ? undefined : (gamutNames.get(encoding.gamut) ?? UNNAMED);
  }
  if (hasHiddenProfile) return UNNAMED;
  // libvips ignores bytes that are not a profile.
  if (icc && iccTags(icc).size > 0) return isSrgbProfile(icc) ? undefined : nameOf(icc);
  return space === 'cmyk' ? 'CMYK' : undefined;
}

function nameOf(icc: Buffer): string {
  const description = iccTags(icc).get('desc');
  const name = description && cleanString(textOf(description));
  return name ? [...name].slice(0, CHARACTERS_MAX).join('') : UNNAMED;
}

/** Types of the description in versions 4 and 2: https://www.color.org/specification/ICC.1-2022-05.pdf, 10.15; ICC.1:2001-04, 6.5.17 */
function textOf(tag: Buffer): string {
  const type = tag.toString('latin1', 0, 4);
  if (type === 'mluc' && tag.length >= 28) {
    // The first language.
    const [bytes, from] = [Math.min(tag.readUInt32BE(20), 4 * CHARACTERS_MAX), tag.readUInt32BE(24)];
    return new TextDecoder('utf-16be').decode(tag.subarray(from, from + bytes));
  }
  if (type !== 'desc' || tag.length < 12) return '';
  return tag.toString('latin1', 12, 12 + Math.min(tag.readUInt32BE(8), 4 * CHARACTERS_MAX)).replace(/\0.*$/s, '');
}
