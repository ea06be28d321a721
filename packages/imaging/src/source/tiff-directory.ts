import { integerBytes, type TiffReader, tiffReader } from './tiff-reader.ts';

/** The layout of a TIFF's first picture. https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export interface TiffDirectory {
  readonly compression: number;
  readonly photometric: number | undefined;
  /** Bits of the first channel. */
  readonly bits: number;
  readonly channels: number;
  /** Each channel is stored separately, instead of interleaved by pixel. */
  readonly isPlanar: boolean;
  readonly isTiled: boolean;
  /** Number of tiles; 0 for a picture in strips. */
  readonly tiles: number;
}

const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  channels: 277,
  planar: 284,
  tileWidth: 322,
  tileHeight: 323,
} as const;
const wanted = new Set<number>(Object.values(tags));

/** Reads the entries of the first directory; undefined if the file is not a TIFF, or ends before the directory. */
export function readTiffDirectory(file: Uint8Array): TiffDirectory | undefined {
  const reader = tiffReader(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  if (!reader) return undefined;
  try {
    return toDirectory(firstValues(reader));
  } catch (error) {
    // An offset beyond the end of the file: libvips will reject it.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function toDirectory(values: ReadonlyMap<number, number>): TiffDirectory {
  const channels = values.get(tags.channels) ?? 1;
  const isPlanar = values.get(tags.planar) === 2;
  return {
    compression: values.get(tags.compression) ?? 1,
    photometric: values.get(tags.photometric),
    bits: values.get(tags.bits) ?? 1,
    channels,
    isPlanar,
    isTiled: values.has(tags.tileWidth),
    tiles: tilesOf(values) * (isPlanar ? channels : 1),
  };
}

function tilesOf(values: ReadonlyMap<number, number>): number {
  const [across, down] = [values.get(tags.tileWidth), values.get(tags.tileHeight)];
  if (!across || !down) return 0;
  return Math.ceil((values.get(tags.width) ?? 0) / across) * Math.ceil((values.get(tags.height) ?? 0) / down);
}

/** @throws RangeError if the file is shorter than it claims */
function firstValues(reader: TiffReader): Map<number, number> {
  const values = new Map<number, number>();
  for (const entry of reader.entries(reader.firstAt)) {
    const length = integerBytes[entry.type];
    // Of several entries with the same tag, libtiff uses the first one.
    if (!wanted.has(entry.tag) || values.has(entry.tag) || !length) continue;
    values.set(entry.tag, reader.number(entry.valuesAt, length));
  }
  return values;
}
