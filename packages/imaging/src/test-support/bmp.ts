import { uint16, uint32 } from './little-endian.ts';
import type { Rgb } from './pictures.ts';

export interface BmpParts {
  readonly width: number;
  /** Negative for a picture whose first row is the upper one. */
  readonly height: number;
  readonly bits: number;
  /** Pixels of all rows, in the order of the file. */
  readonly data: Buffer;
  /** Of the header: 12, 40, 52, 56, 64, 108 or 124 bytes. */
  readonly size?: number;
  readonly compression?: number;
  readonly palette?: readonly Rgb[];
  /** How many colours the header declares; 0 by default, which means all. */
  readonly colours?: number;
  readonly masks?: readonly number[];
  readonly profile?: Buffer;
  /** Where the pixels start; by default after the palette. */
  readonly dataAt?: number;
}

const int32 = (value: number) => uint32(value >>> 0);
const [FILE_HEADER, INFO] = [14, 40];

/** https://learn.microsoft.com/windows/win32/gdi/bitmap-storage */
export function bmp(parts: BmpParts): Buffer {
  const { width, height, bits, data, size = INFO, compression = 0, palette = [], masks = [], profile } = parts;
  const fields =
    size === 12
      ? [uint16(width), uint16(height), uint16(1), uint16(bits)]
      : [
          ...[int32(width), int32(height), uint16(1), uint16(bits), uint32(compression)],
          ...[uint32(data.length), uint32(0), uint32(0), uint32(parts.colours ?? 0), uint32(0)],
          ...masks.map(uint32),
        ];
  // Masks follow a header that has no room for them.
  const header = Buffer.concat([uint32(size), ...fields]);
  const padded = Buffer.concat([header, Buffer.alloc(Math.max(0, size - header.length))]);
  const colours = Buffer.concat(
    palette.map(([red, green, blue]) => Buffer.of(blue, green, red, ...(size === 12 ? [] : [0]))),
  );
  const dataAt = parts.dataAt ?? FILE_HEADER + padded.length + colours.length;
  if (profile) {
    padded.write('DEBM', 56, 'latin1');
    padded.writeUInt32LE(dataAt - FILE_HEADER + data.length, 112);
    padded.writeUInt32LE(profile.length, 116);
  }
  const file = Buffer.concat([padded, colours, data, profile ?? Buffer.of()]);
  return Buffer.concat([Buffer.from('BM'), uint32(FILE_HEADER + file.length), uint32(0), uint32(dataAt), file]);
}

/** Packed pixels as rows of the file, lower ones first. @param valueAt of the upright picture, with at most that many bits */
export function bmpRows(
  width: number,
  height: number,
  bits: number,
  valueAt: (x: number, y: number) => number,
): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const data = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const row = stride * (height - 1 - y);
    for (let x = 0; x < width; x++) {
      const value = valueAt(x, y);
      if (bits >= 8) data.writeUIntLE(value, row + (x * bits) / 8, bits / 8);
      else {
        const at = row + Math.floor((x * bits) / 8);
        data[at] = (data[at] ?? 0) | (value << (8 - bits - ((x * bits) % 8)));
      }
    }
  }
  return data;
}

/** Red, green, blue as one number, red first. */
export const rgb24 = ([red, green, blue]: Rgb) => red * 65_536 + green * 256 + blue;
