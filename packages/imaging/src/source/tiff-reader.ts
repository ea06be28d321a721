/** An entry of a TIFF directory; its values are at `valuesAt`, in the entry itself or elsewhere. */
export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly valuesAt: number;
  readonly isInEntry: boolean;
}

/** Reads the numbers and directories of a TIFF in its own byte order. All functions throw a RangeError beyond its end. */
export interface TiffReader {
  /** An unsigned integer. */
  number(at: number, bytes: 1 | 2 | 4 | 8): number;
  /** Position of the first directory; 0 for none. */
  readonly firstAt: number;
  /** Bytes of an offset. */
  readonly offsetBytes: 4 | 8;
  entries(directoryAt: number): Generator<TiffEntry>;
  /** Where a directory stores the position of the next one. */
  nextFieldAt(directoryAt: number): number;
}

/** BigTIFF has offsets of eight bytes. https://web.archive.org/web/20240329145321/https://www.awaresystems.be/imaging/tiff/bigtiff.html */
interface Layout {
  readonly offsetBytes: 4 | 8;
  readonly firstFieldAt: number;
  readonly countBytes: 2 | 8;
}

const classic: Layout = { offsetBytes: 4, firstFieldAt: 4, countBytes: 2 };
const big: Layout = { offsetBytes: 8, firstFieldAt: 8, countBytes: 8 };
const layouts: Readonly<Record<string, Layout>> = { 'II*\0': classic, 'MM\0*': classic, 'II+\0': big, 'MM\0+': big };

/** Bytes of a value, by type. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** Bytes of an integer, by type: libtiff takes signed ones and offsets for sizes, too. */
export const integerBytes: Readonly<Record<number, 1 | 2 | 4 | 8>> = {
  1: 1,
  3: 2,
  4: 4,
  6: 1,
  8: 2,
  9: 4,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** Bytes of all values of an entry. */
export const valueBytes = ({ type, count }: TiffEntry) => (typeBytes[type] ?? 0) * count;

/** Undefined if the file is not a TIFF. */
export function tiffReader(bytes: Buffer): TiffReader | undefined {
  const layout = layouts[bytes.toString('latin1', 0, 4)];
  if (!layout || bytes.length < layout.firstFieldAt + layout.offsetBytes) return undefined;
  const { offsetBytes, firstFieldAt, countBytes } = layout;
  const isLittle = bytes[0] === 0x49;
  const entryBytes = 4 + 2 * offsetBytes;
  const number = (at: number, length: 1 | 2 | 4 | 8) => {
    if (length === 8) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  };
  return {
    number,
    offsetBytes,
    firstAt: number(firstFieldAt, offsetBytes),
    nextFieldAt: (directoryAt) => directoryAt + countBytes + number(directoryAt, countBytes) * entryBytes,
    *entries(directoryAt) {
      const count = number(directoryAt, countBytes);
      for (let index = 0; index < count; index++) {
        const at = directoryAt + countBytes + index * entryBytes;
        const head = { tag: number(at, 2), type: number(at + 2, 2), count: number(at + 4, offsetBytes) };
        const field = at + 4 + offsetBytes;
        const isInEntry = (typeBytes[head.type] ?? 0) * head.count <= offsetBytes;
        yield { ...head, valuesAt: isInEntry ? field : number(field, offsetBytes), isInEntry };
      }
    },
  };
}
