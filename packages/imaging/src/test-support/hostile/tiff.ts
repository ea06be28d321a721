import { uint16, uint32 } from '../little-endian.ts';
import { tiffOf } from '../tiff-layout.ts';
import { behindEmptyBlocks } from './empty-deflate.ts';

const SHORT = 3;
const LONG = 4;
const SUB_DIRECTORIES = 330;
const XMP = 700;
const UNDEFINED = 7;

/** A pixel of grey, at byte 8. */
const HEAD_BYTES = 12;
const head = (directoryAt: number) =>
  Buffer.concat([Buffer.from('II*\0'), uint32(directoryAt), Buffer.of(128, 0, 0, 0)]);

type Entry = readonly [tag: number, type: number, count: number, value: number];
const pixelEntries: readonly Entry[] = [
  [256, SHORT, 1, 1],
  [257, SHORT, 1, 1],
  [258, SHORT, 1, 8],
  [259, SHORT, 1, 1],
  [262, SHORT, 1, 1],
  [273, LONG, 1, 8],
  [277, SHORT, 1, 1],
  [278, SHORT, 1, 1],
  [279, LONG, 1, 1],
];

/** Rows of 16 grey pixels, each of which is a strip with the same data: its pixels after that many bytes that mean nothing. */
export function sharedStripsTiff(strips: number, bytes: number): Buffer {
  const data = Buffer.concat([Buffer.alloc(bytes, PACKBITS_NOTHING), Buffer.of(PACKBITS_16_PIXELS, 128)]);
  return sameStripsTiff({ width: 16, rows: 1, strips, compression: 32_773, data, length: data.length });
}

/** Strips that have their own deflate data each. */
export function ownStripsTiff(shape: ShortStrips): Buffer {
  const data = stripOf(shape);
  const strips = Buffer.alloc(shape.strips * data.length, data);
  const tiff = sameStripsTiff({ ...shape, compression: 8, data: strips, length: data.length });
  for (let strip = 0; strip < shape.strips; strip++) {
    tiff.writeUInt32LE(8 + strip * data.length, 8 + strips.length + 4 * strip);
  }
  return tiff;
}

interface SameStrips {
  readonly width: number;
  readonly rows: number;
  readonly strips: number;
  readonly compression: number;
  readonly data: Buffer;
  /** Of each strip, as the file declares it. */
  readonly length: number;
}

function sameStripsTiff({ width, rows, strips, compression, data, length }: SameStrips): Buffer {
  const offsetsAt = 8 + data.length;
  const lengthsAt = offsetsAt + 4 * strips;
  const entries: Entry[] = [
    [256, SHORT, 1, width],
    [257, LONG, 1, rows * strips],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, compression],
    [262, SHORT, 1, 1],
    [273, LONG, strips, strips === 1 ? 8 : offsetsAt],
    [277, SHORT, 1, 1],
    [278, SHORT, 1, rows],
    [279, LONG, strips, strips === 1 ? length : lengthsAt],
  ];
  const all = (value: number) => Buffer.alloc(4 * strips, uint32(value));
  const directoryAt = lengthsAt + 4 * strips;
  return Buffer.concat([Buffer.from('II*\0'), uint32(directoryAt), data, all(8), all(length), directory(entries, 0)]);
}

export interface ShortStrips {
  readonly strips: number;
  readonly width: number;
  readonly rows: number;
  /** Of deflate blocks without data, before the pixels. */
  readonly emptyBytes: number;
}

/** The data of each strip: grey pixels. */
export const stripOf = ({ width, rows, emptyBytes }: ShortStrips): Buffer =>
  behindEmptyBlocks(emptyBytes, Buffer.alloc(width * rows, 128));

/** Strips that have the same deflate data, and another length than these. */
export function shortStripsTiff({ length, ...shape }: ShortStrips & { readonly length: number }): Buffer {
  const { width, rows, strips } = shape;
  return sameStripsTiff({ width, rows, strips, compression: 8, data: stripOf(shape), length });
}

/** One picture with many lists of the lengths of its strips, which are all the same part of the file. */
export function manyStripListsTiff(lists: number, strips: number): Buffer {
  const list: Entry = [279, LONG, strips, 8];
  const entries = [...pixelEntries, ...Array.from({ length: lists }, () => list)];
  return Buffer.concat([head(HEAD_BYTES), directory(entries, 0), Buffer.alloc(4 * strips)]);
}

const [PACKBITS_NOTHING, PACKBITS_16_PIXELS] = [0x80, 0xf1];

/** A chain of pictures of one pixel; each directory has 114 bytes. https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export function manyDirectoriesTiff(directories: number): Buffer {
  return chain(directories, () => 0);
}

/** The last directory leads to the first one again. */
export function loopingTiff(directories: number): Buffer {
  return chain(directories, (first) => first);
}

/** The shortest directories: two entries each, 30 bytes. */
export function shortDirectoriesTiff(directories: number): Buffer {
  const first = directory(pixelEntries, HEAD_BYTES + directoryBytes(pixelEntries));
  const others = chain(directories - 1, () => 0, pixelEntries.slice(0, 2), HEAD_BYTES + first.length);
  return Buffer.concat([head(HEAD_BYTES), first, others.subarray(HEAD_BYTES)]);
}

/** One picture whose sub-directories are all the same one: 4 bytes each. */
export function manySubDirectoriesTiff(directories: number): Buffer {
  const entries = (at: number): Entry[] => [...pixelEntries, [SUB_DIRECTORIES, LONG, directories, at]];
  const listAt = HEAD_BYTES + directoryBytes(entries(0));
  const subAt = listAt + 4 * directories;
  const list = Buffer.alloc(4 * directories, uint32(subAt));
  return Buffer.concat([head(HEAD_BYTES), directory(entries(listAt), 0), list, directory(pixelEntries, 0)]);
}

/** One grey picture of tiles of 16 × 16 pixels, side × 2 of them. */
export const tiledTiff = (side: number): Buffer =>
  tiffOf(16 * side, 32, { photometric: 1, bits: 8, samples: [128], tile: 16 });

const STRIP_LENGTHS = 279;
const TILE_SIDES = [322, 323];

/** A tiled picture whose sides of tiles have another type of integer. */
export function otherTileTypeTiff(side: number, type: number): Buffer {
  return changedEntries(tiledTiff(side), (entry) => {
    if (TILE_SIDES.includes(entry.readUInt16LE())) entry.writeUInt16LE(type, 2);
    return [entry];
  });
}

/** A tiled picture with second sides of its tiles, which libtiff ignores. */
export function repeatedTileSidesTiff(side: number): Buffer {
  return changedEntries(tiledTiff(side), (entry) => {
    if (!TILE_SIDES.includes(entry.readUInt16LE())) return [entry];
    const second = Buffer.from(entry);
    second.writeUInt16LE(16_384, 8);
    return [entry, second];
  });
}

/** A TIFF that does not say how long its strips are. */
export const withoutStripLengths = (tiff: Buffer): Buffer =>
  changedEntries(tiff, (entry) => (entry.readUInt16LE() === STRIP_LENGTHS ? [] : [entry]));

/** Its directory is written anew, at the end of the file. */
function changedEntries(tiff: Buffer, change: (entry: Buffer) => readonly Buffer[]): Buffer {
  const at = tiff.readUInt32LE(4);
  const entries = Array.from({ length: tiff.readUInt16LE(at) }, (_, index) =>
    Buffer.from(tiff.subarray(at + 2 + 12 * index, at + 14 + 12 * index)),
  ).flatMap(change);
  const changed = Buffer.concat([tiff, uint16(entries.length), ...entries, uint32(0)]);
  changed.writeUInt32LE(tiff.length, 4);
  return changed;
}

/** One picture with XMP of that many bytes. */
export function largeMetadataTiff(bytes: number): Buffer {
  const entries = (at: number): Entry[] => [...pixelEntries, [XMP, UNDEFINED, bytes, at]];
  const at = HEAD_BYTES + directoryBytes(entries(0));
  return Buffer.concat([head(HEAD_BYTES), directory(entries(at), 0), Buffer.alloc(bytes, 'x')]);
}

/** One directory with many entries of unknown tags: 12 bytes each. */
export function manyEntriesTiff(entries: number): Buffer {
  const unknown = Array.from({ length: entries }, (_, index): Entry => [40_000 + (index % 20_000), SHORT, 1, 0]);
  return Buffer.concat([head(HEAD_BYTES), directory([...pixelEntries, ...unknown], 0)]);
}

/** One picture with entries whose values are all the same part of the file. */
export function overlappingEntriesTiff(entries: number, bytes: number): Buffer {
  const first = [
    ...pixelEntries,
    ...Array.from({ length: entries }, (_, index): Entry => [40_000 + index, UNDEFINED, bytes, 8]),
  ];
  return Buffer.concat([head(HEAD_BYTES), directory(first, 0), Buffer.alloc(bytes)]);
}

function chain(count: number, lastNext: (first: number) => number, entries = pixelEntries, first = HEAD_BYTES): Buffer {
  const size = directoryBytes(entries);
  const directories = Buffer.alloc(count * size, directory(entries, 0));
  for (let index = 0; index < count; index++) {
    const next = index === count - 1 ? lastNext(first) : first + (index + 1) * size;
    directories.writeUInt32LE(next, (index + 1) * size - 4);
  }
  return Buffer.concat([head(first), directories]);
}

const directoryBytes = (entries: readonly Entry[]) => 2 + 12 * entries.length + 4;

function directory(entries: readonly Entry[], next: number): Buffer {
  const fields = entries.map(([tag, type, count, value]) =>
    Buffer.concat([uint16(tag), uint16(type), uint32(count), uint32(value)]),
  );
  return Buffer.concat([uint16(entries.length), ...fields, uint32(next)]);
}
