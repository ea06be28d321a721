import type { KeptMetadata, SourceFacts, Variant } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { type ExifTexts, readExifTexts } from './exif-texts.ts';

/** A source's artist and copyright, if a variant of the set keeps them. */
export type Attribution = ExifTexts;

/** Never fails: unreadable EXIF counts as none. */
export async function readAttribution(
  bytes: Uint8Array,
  { format }: SourceFacts,
  set: readonly Variant[],
): Promise<Attribution> {
  if (!set.some(({ keepMetadata }) => keepMetadata)) return {};
  // An EXIF block has the structure of a TIFF file; libvips does not return that of a TIFF.
  if (format === 'tiff') return readExifTexts(bytes);
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return header?.exif ? readExifTexts(header.exif) : {};
}

/** The texts that a rendition keeps. */
export function keptAttribution({ keepMetadata = [] }: Variant, attribution: Attribution): [KeptMetadata, string][] {
  return keepMetadata.flatMap((field) => {
    const text = attribution[field];
    return text === undefined ? [] : [[field, text]];
  });
}

const exifNames = { artist: 'Artist', copyright: 'Copyright' } as const satisfies Record<KeptMetadata, string>;

/** Makes the encoder write these texts and no other metadata. */
export function withAttribution(image: Sharp, kept: readonly [KeptMetadata, string][]): Sharp {
  if (kept.length === 0) return image;
  // libvips strips a trailing bracket as a comment ("Jane (Berlin)" becomes "Jane"): add one that it can strip.
  return image.withExif({
    IFD0: Object.fromEntries(kept.map(([field, text]) => [exifNames[field], `${text} (ASCII)`])),
  });
}
