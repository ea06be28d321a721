import type { KeptMetadata, SourceFacts, Variant } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { type ExifTexts, readExifTexts } from './exif-texts.ts';

/** Who made a source and who owns it, as far as some variant of the set keeps that. */
export type Attribution = ExifTexts;

/** Never fails: a source whose EXIF can't be read has none. */
export async function readAttribution(
  bytes: Uint8Array,
  { format }: SourceFacts,
  set: readonly Variant[],
): Promise<Attribution> {
  if (!set.some(({ keepMetadata }) => keepMetadata)) return {};
  // A TIFF is what an EXIF block is made of, and libvips does not hand that part out.
  if (format === 'tiff') return readExifTexts(bytes);
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return header?.exif ? readExifTexts(header.exif) : {};
}

/** What a rendition carries of it: the allow-listed texts that are there. */
export function keptAttribution({ keepMetadata = [] }: Variant, attribution: Attribution): [KeptMetadata, string][] {
  return keepMetadata.flatMap((field) => {
    const text = attribution[field];
    return text === undefined ? [] : [[field, text]];
  });
}

const exifNames = { artist: 'Artist', copyright: 'Copyright' } as const satisfies Record<KeptMetadata, string>;

/** Has the encoder write these texts, and no other metadata, into its file. */
export function withAttribution(image: Sharp, kept: readonly [KeptMetadata, string][]): Sharp {
  if (kept.length === 0) return image;
  // libvips takes a last bracket for a note on the value, "Jane (Berlin)" for "Jane", so it gets one to take.
  return image.withExif({
    IFD0: Object.fromEntries(kept.map(([field, text]) => [exifNames[field], `${text} (ASCII)`])),
  });
}
