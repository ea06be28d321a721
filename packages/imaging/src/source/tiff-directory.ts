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
}

const tags = { bits: 258, compression: 259, photometric: 262, channels: 277, planar: 284, tileWidth: 322 } as const;
const wanted = new Set<number>(Object.values(tags));

const SHORT = 3;
const LONG = 4;

/** BigTIFF has offsets of eight bytes. https://web.archive.org/web/20240329145321/https://www.awaresystems.be/imaging/tiff/bigtiff.html */
interface Layout {
  readonly offsetBytes: 4 | 8;
  readonly directoryAt: number;
  readonly countBytes: 2 | 8;
}

const classic: Layout = { offsetBytes: 4, directoryAt: 4, countBytes: 2 };
const big: Layout = { offsetBytes: 8, directoryAt: 8, countBytes: 8 };
const layouts: Readonly<Record<string, Layout>> = { 'II*\0': classic, 'MM\0*': classic, 'II+\0': big, 'MM\0+': big };

/** Reads the entries of the first directory; undefined if the file is not a TIFF, or ends before the directory. */
export function readTiffDirectory(file: Uint8Array): TiffDirectory | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const layout = layouts[bytes.toString('latin1', 0, 4)];
  if (!layout) return undefined;
  try {
    return toDirectory(firstValues(bytes, layout));
  } catch (error) {
    // An offset beyond the end of the file: libvips will reject it.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function toDirectory(values: ReadonlyMap<number, number>): TiffDirectory {
  return {
    compression: values.get(tags.compression) ?? 1,
    photometric: values.get(tags.photometric),
    bits: values.get(tags.bits) ?? 1,
    channels: values.get(tags.channels) ?? 1,
    isPlanar: values.get(tags.planar) === 2,
    isTiled: values.has(tags.tileWidth),
  };
}

/** @throws RangeError if the file is shorter than it claims */
function firstValues(bytes: Buffer, { offsetBytes, directoryAt, countBytes }: Layout): Map<number, number> {
  const isLittle = bytes[0] === 0x49;
  const number = (at: number, length: number) => {
    if (length === 8) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  };
  const values = new Map<number, number>();
  const directory = number(directoryAt, offsetBytes);
  const entryBytes = 4 + 2 * offsetBytes;
  const entries = number(directory, countBytes);
  for (let index = 0; index < entries; index++) {
    const entry = directory + countBytes + index * entryBytes;
    const tag = number(entry, 2);
    if (!wanted.has(tag)) continue;
    const length = { [SHORT]: 2, [LONG]: 4 }[number(entry + 2, 2)];
    if (length === undefined) continue;
    const count = number(entry + 4, offsetBytes);
    const field = entry + 4 + offsetBytes;
    // A value that fits into the entry is stored there.
    values.set(tag, number(count * length <= offsetBytes ? field : number(field, offsetBytes), length));
  }
  return values;
}
