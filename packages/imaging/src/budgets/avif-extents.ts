import { isoBoxes } from '../source/iso-box-tree.ts';

/** A part of an item's data. */
export interface Extent {
  readonly item: number;
  /** From the start of the file, or of the content of `idat`. */
  readonly offset: number;
  readonly isInIdat: boolean;
  /** Bytes; at most those of the file. */
  readonly length: number;
}

const IN_IDAT = 1;

/** All extents of an `iloc` box, up to the end of a truncated one. ISO/IEC 14496-12, section 8.11.3 */
export function* readExtents(iloc: Buffer, fileBytes: number): Generator<Extent> {
  if (iloc.length < 8) return;
  const version = iloc.readUInt8(0);
  const [offsetBytes, lengthBytes] = fieldBytes(iloc.readUInt8(4));
  const [baseBytes, anyIndexBytes] = fieldBytes(iloc.readUInt8(5));
  const indexBytes = version === 0 ? 0 : anyIndexBytes;
  const idBytes = version < 2 ? 2 : 4;
  const headBytes = idBytes + (version === 0 ? 0 : 2) + 2 + baseBytes;
  const extentBytes = indexBytes + offsetBytes + lengthBytes;
  for (let at = 6 + idBytes; at + headBytes + 2 <= iloc.length; ) {
    const item = iloc.readUIntBE(at, idBytes);
    const isInIdat = version > 0 && (iloc.readUInt8(at + idBytes + 1) & 15) === IN_IDAT;
    const base = integer(iloc, at + headBytes - baseBytes, baseBytes);
    const extents = iloc.readUInt16BE(at + headBytes);
    at += headBytes + 2;
    for (let index = 0; index < extents && at + extentBytes <= iloc.length; index++) {
      const length = integer(iloc, at + indexBytes + offsetBytes, lengthBytes);
      // A length of 0 reaches to the end of the file.
      const offset = base + integer(iloc, at + indexBytes, offsetBytes);
      yield { item, offset, isInIdat, length: Math.min(length || fileBytes, fileBytes) };
      at += extentBytes;
    }
  }
}

/** libheif reads nothing for a field of another size than 4 or 8 bytes; the standard has no others. */
const fieldBytes = (sizes: number) =>
  [sizes >> 4, sizes & 15].map((bytes) => (bytes === 4 || bytes === 8 ? bytes : 0)) as [number, number];

function integer(bytes: Buffer, at: number, length: number): number {
  let value = 0;
  for (let index = 0; index < length; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

/**
 * Number and type of each item in an `iinf` box; entries of the versions 0 and 1 have no type. Boxes of other types are skipped, as libheif
 * does. ISO/IEC 14496-12, section 8.11.6
 */
export function* itemTypes(iinf: Buffer): Generator<[item: number, type: string]> {
  for (const { type, from, to } of isoBoxes(iinf, { from: iinf[0] === 0 ? 6 : 8, to: iinf.length })) {
    const version = iinf[from] ?? 0;
    const idBytes = version === 3 ? 4 : 2;
    const typeAt = from + 4 + idBytes + 2;
    if (type !== 'infe' || version < 2 || typeAt + 4 > to) continue;
    yield [iinf.readUIntBE(from + 4, idBytes), iinf.toString('latin1', typeAt, typeAt + 4)];
  }
}
