import type { SourceFacts } from '@imagemill/variants';
import { hdrOf } from './colour/hdr-of.ts';
import type { Interpretation } from './colour/interpretation.ts';
import { sourceProfile } from './colour/source-profile.ts';
import { hasLocation } from './marks/has-location.ts';
import type { SourceHeader } from './source/foreign-header.ts';
import { isAnimated } from './source/is-animated.ts';

type LostFacts = Pick<SourceFacts, 'hasLocation' | 'colourProfile' | 'hdr' | 'isAnimated'>;

/** What a file has that renditions usually lose; nothing for most files. Reads headers only. */
export function lostFacts(
  file: Uint8Array,
  { frames, format }: SourceFacts,
  header: SourceHeader,
  interpretation: Interpretation,
): LostFacts {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const colourProfile = sourceProfile(header, interpretation);
  const hdr = hdrOf(bytes, header, interpretation);
  // An EXIF block has the structure of a TIFF file; libvips does not return that of a TIFF.
  const exif = format === 'tiff' ? bytes : header.exif;
  return {
    ...(hasLocation({ exif, xmp: header.xmp }) && { hasLocation: true }),
    ...(colourProfile !== undefined && { colourProfile }),
    ...(hdr && { hdr }),
    ...((frames > 1 || header.isAnimated || isAnimated(bytes)) && { isAnimated: true }),
  };
}
