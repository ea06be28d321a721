import { type TiffEntry, tiffReader } from '../source/tiff-reader.ts';

interface Blocks {
  /** An EXIF block, or a TIFF file. */
  readonly exif: Buffer | undefined;
  readonly xmp: Buffer | undefined;
}

/** Editors put the usual properties of XMP first: as in `readXmpMarks`. */
const PACKET_BYTES_MAX = 2 ** 20;

/** Whether a file says where it was taken: a latitude in EXIF, or in XMP. Never fails. */
export const hasLocation = ({ exif, xmp }: Blocks): boolean =>
  (exif !== undefined && inExif(exif)) || (xmp?.subarray(0, PACKET_BYTES_MAX).includes(':GPSLatitude') ?? false);

/** Tags of EXIF 3.0: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E */
const GPS_DIRECTORY = 0x8825;
const GPS_LATITUDE = 2;
/** Degrees, minutes and seconds. */
const VALUES = 3;
/** More than any camera writes into one directory. */
const ENTRIES_MAX = 1024;

function inExif(block: Buffer): boolean {
  const tiff = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
  try {
    const reader = tiffReader(tiff);
    if (!reader) return false;
    const gps = find(reader.entries(reader.firstAt), GPS_DIRECTORY);
    const latitude = gps && find(reader.entries(reader.number(gps.valuesAt, 4)), GPS_LATITUDE);
    // Cameras without a fix write a directory with its version only, or a latitude of 0/0.
    return latitude?.count === VALUES && reader.number(latitude.valuesAt + 4, 4) !== 0;
  } catch (error) {
    // An offset beyond the block.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function find(entries: Iterable<TiffEntry>, tag: number): TiffEntry | undefined {
  let visited = 0;
  for (const entry of entries) {
    visited += 1;
    if (entry.tag === tag || visited > ENTRIES_MAX) return entry.tag === tag ? entry : undefined;
  }
  return undefined;
}
