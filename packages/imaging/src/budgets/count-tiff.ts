import { readTiffBlocks } from '../source/tiff-blocks.ts';
import { readTiffDirectory } from '../source/tiff-directory.ts';
import { integerBytes, type TiffEntry, type TiffReader, tiffReader, valueBytes } from '../source/tiff-reader.ts';
import { beyond } from './beyond.ts';
import type { Tally } from './budgets.ts';

const SUB_DIRECTORIES = 330;
/** XMP, IPTC, resources of Photoshop. */
const metadataTags = new Set([700, 33_723, 34_377]);
const PROFILE = 34_675;
/** Of strips and of tiles. */
const lengthTags = new Set([279, 325]);

/** Only the first directory reaches a decoder; the others are counted. */
export function countTiff(bytes: Buffer, tally: Tally): void {
  const reader = tiffReader(bytes);
  if (!reader) return;
  try {
    countFirst(reader, bytes.length, tally);
    countEmptyBlocks(bytes, tally);
    tally.add('tiles', readTiffDirectory(bytes)?.tiles);
    // A chain without an end exceeds its budget.
    for (let at = reader.firstAt; at !== 0; at = reader.number(reader.nextFieldAt(at), reader.offsetBytes)) {
      tally.add('directories');
    }
  } catch (error) {
    // An offset beyond the end of the file: libtiff stops there, too.
    if (!(error instanceof RangeError)) throw error;
  }
}

function countFirst(reader: TiffReader, fileBytes: number, tally: Tally): void {
  // Layers of Photoshop are in an entry, too: up to the length of the file is usual.
  const [excessOfValues, excessOfPixels] = [beyond(fileBytes), beyond(fileBytes)];
  for (const entry of reader.entries(reader.firstAt)) {
    tally.add('parts');
    if (entry.tag === SUB_DIRECTORIES) tally.add('directories', entry.count);
    if (lengthTags.has(entry.tag)) {
      tally.add('strips', entry.count);
      tally.add('metadataBytes', excessOfPixels(sumOf(reader, entry, fileBytes)));
    }
    if (entry.tag === PROFILE) tally.add('profileBytes', valueBytes(entry));
    else if (metadataTags.has(entry.tag)) tally.add('metadataBytes', valueBytes(entry));
    else if (!entry.isInEntry) tally.add('metadataBytes', excessOfValues(valueBytes(entry)));
  }
}

/** What no encoder adds to data that do not compress. */
const DEFLATE_EXCESS_BYTES = 64;

/** Deflate blocks without content take an inflater 65 ms per MB. What a strip or tile has beyond the size of its pixels counts as metadata. */
function countEmptyBlocks(bytes: Buffer, tally: Tally): void {
  const blocks = readTiffBlocks(bytes);
  if (!blocks?.isDeflate) return;
  const mostBytes = 1.25 * blocks.bytesEach + DEFLATE_EXCESS_BYTES;
  // Their number has a budget.
  for (const length of blocks.lengths()) {
    tally.add('metadataBytes', Math.ceil(Math.max(0, Math.min(length, bytes.length) - mostBytes)));
  }
}

/** Of the values of an entry, each at most the length of the file. */
function sumOf(reader: TiffReader, { type, count, valuesAt }: TiffEntry, fileBytes: number): number {
  const bytes = integerBytes[type];
  if (!bytes) return 0;
  const values = Math.min(count, Math.floor((fileBytes - valuesAt) / bytes));
  let sum = 0;
  for (let index = 0; index < values; index++)
    sum += Math.min(fileBytes, reader.number(valuesAt + index * bytes, bytes));
  return sum;
}
