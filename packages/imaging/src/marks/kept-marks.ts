import type { KeptMetadata, SourceFacts, Variant } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { asciiText } from './clean-text.ts';
import { readExifTexts } from './exif-texts.ts';
import { readIptcTexts } from './iptc-texts.ts';
import type { Marks } from './marks.ts';
import { readXmpMarks } from './read-xmp.ts';
import { writeXmp, type XmpParts } from './write-xmp.ts';

/**
 * The marks that at least one variant of the set keeps. XMP takes precedence over IPTC, and IPTC over EXIF: the newer format is the one
 * that editors update. Never fails: unreadable metadata counts as none.
 *
 * @param source the result of `inspectSource`, which has read the DigitalSourceType
 */
export async function readMarks(bytes: Uint8Array, source: SourceFacts, set: readonly Variant[]): Promise<Marks> {
  const { digitalSourceType } = source.provenance ?? {};
  const origin = digitalSourceType === undefined ? {} : { digitalSourceType };
  if (!set.some(({ keepMetadata }) => keepMetadata)) return origin;
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  // An EXIF block has the structure of a TIFF file; libvips does not return that of a TIFF.
  const exif = source.format === 'tiff' ? bytes : header?.exif;
  return {
    ...(exif && readExifTexts(exif)),
    ...(header?.iptc && readIptcTexts(header.iptc)),
    ...(header?.xmp && readXmpMarks(header.xmp)),
    ...origin,
  };
}

/** The marks that a rendition keeps: the DigitalSourceType always, and the texts that its variant names. */
export function keptMarks({ keepMetadata = [] }: Variant, { digitalSourceType, ...texts }: Marks): Marks {
  const kept = keepMetadata.flatMap((name) => (texts[name] === undefined ? [] : [[name, texts[name]]]));
  return { ...Object.fromEntries(kept), ...(digitalSourceType !== undefined && { digitalSourceType }) };
}

const exifNames = { artist: 'Artist', copyright: 'Copyright' } as const satisfies Partial<Record<KeptMetadata, string>>;

/**
 * Makes the encoder write these marks and no other metadata: all as XMP, and what EXIF has a tag for as EXIF in ASCII too.
 *
 * @param more of the XMP
 */
export function withMarks(image: Sharp, kept: Marks, more?: XmpParts): Sharp {
  if (Object.keys(kept).length === 0 && !more) return image;
  image.withXmp(writeXmp(kept, more));
  const exif = Object.entries(exifNames).flatMap(([mark, tag]) => {
    const text = asciiText(kept[mark as keyof typeof exifNames] ?? '');
    // libvips strips a trailing bracket as a comment ("Jane (Berlin)" becomes "Jane"): add one that it can strip.
    return text === '' ? [] : [[tag, `${text} (ASCII)`]];
  });
  return exif.length === 0 ? image : image.withExif({ IFD0: Object.fromEntries(exif) });
}
