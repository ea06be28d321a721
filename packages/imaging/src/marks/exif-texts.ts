import { cleanText } from './clean-text.ts';

/** EXIF's Artist and Copyright tags: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E */
const tags: Record<number, keyof ExifTexts> = { 315: 'artist', 33432: 'copyright' };

export interface ExifTexts {
  readonly artist?: string;
  readonly copyright?: string;
}

const ASCII = 2;
const ENTRY_BYTES = 12;

/**
 * The texts of an EXIF block, or of a TIFF file, of at most 256 characters. Damaged texts and other types are skipped. Only these two
 * entries of the first directory are read: libraries on npm read every value of every directory, and a self-referencing block of 64 KB
 * keeps them busy for seconds.
 */
export function readExifTexts(block: Uint8Array): ExifTexts {
  const tiff = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const start = tiff.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0;
  const texts = new Map<keyof ExifTexts, string>();
  try {
    readFirst(tiff.subarray(start), texts);
  } catch (error) {
    // An offset beyond the block: keep the texts found before it.
    if (!(error instanceof RangeError)) throw error;
  }
  return Object.fromEntries([...texts].filter(([, text]) => text !== ''));
}

/** @throws RangeError if the block is shorter than it claims */
function readFirst(tiff: Buffer, texts: Map<keyof ExifTexts, string>): void {
  const mark = tiff.toString('latin1', 0, 4);
  if (mark !== 'II*\0' && mark !== 'MM\0*') return;
  const littleEndian = mark === 'II*\0';
  const uint16 = (at: number) => (littleEndian ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const uint32 = (at: number) => (littleEndian ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = uint32(4);
  const entries = uint16(directory);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    const name = tags[uint16(entry)];
    if (!name || texts.has(name) || uint16(entry + 2) !== ASCII) continue;
    const length = uint32(entry + 4);
    // A value of at most four bytes is stored in the entry itself.
    const at = length <= 4 ? entry + 8 : uint32(entry + 8);
    texts.set(name, cleanText(tiff.subarray(at, at + length)));
  }
}
