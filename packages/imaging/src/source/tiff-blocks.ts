import { integerBytes, type TiffEntry, type TiffReader, tiffReader } from './tiff-reader.ts';

/** The strips or tiles of a TIFF's first picture. https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export interface TiffBlocks {
  readonly isDeflate: boolean;
  /** Of each byte of compressed data, the lowest bit is the first one. */
  readonly isReversed: boolean;
  /** Where each block begins in the file. */
  offsets(): readonly number[];
  /** How many bytes of the file each block has; none if the file does not say. */
  lengths(): readonly number[];
  /** Bytes of pixels in a block; the last strip can have fewer. */
  readonly bytesEach: number;
}

const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  fillOrder: 266,
  stripOffsets: 273,
  channels: 277,
  rowsPerStrip: 278,
  stripLengths: 279,
  planar: 284,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileLengths: 325,
} as const;
const deflate = new Set([8, 32_946]);
type Tag = keyof typeof tags;

/**
 * Undefined if the file is not a TIFF.
 *
 * @throws RangeError if it ends before its directory does
 */
export function readTiffBlocks(file: Buffer): TiffBlocks | undefined {
  const reader = tiffReader(file);
  if (!reader) return undefined;
  // Of several entries with the same tag, libtiff uses the first one.
  const entries = new Map([...reader.entries(reader.firstAt)].toReversed().map((entry) => [entry.tag, entry]));
  const numbers = (tag: Tag, countMax: number) => integers(reader, entries.get(tags[tag]), countMax);
  const first = (tag: Tag, absent: number) => numbers(tag, 1)[0] ?? absent;

  const [width, height, channels] = [first('width', 0), first('height', 0), first('channels', 1)];
  const isTiled = entries.has(tags.tileWidth);
  const across = isTiled ? first('tileWidth', 0) : width;
  const down = isTiled ? first('tileHeight', 0) : Math.min(first('rowsPerStrip', height) || height, height);
  const isPlanar = first('planar', 1) === 2;
  const count = Math.ceil(width / across) * Math.ceil(height / down) * (isPlanar ? channels : 1);
  return {
    isDeflate: deflate.has(first('compression', 1)),
    isReversed: first('fillOrder', 1) === 2,
    offsets: () => numbers(isTiled ? 'tileOffsets' : 'stripOffsets', count),
    lengths: () => numbers(isTiled ? 'tileLengths' : 'stripLengths', count),
    bytesEach: down * Math.ceil((across * first('bits', 1) * (isPlanar ? 1 : channels)) / 8),
  };
}

function integers(reader: TiffReader, entry: TiffEntry | undefined, countMax: number): number[] {
  const bytes = integerBytes[entry?.type ?? 0];
  if (!entry || !bytes) return [];
  const count = Math.min(entry.count, countMax);
  return Array.from({ length: count }, (_, index) => reader.number(entry.valuesAt + index * bytes, bytes));
}
