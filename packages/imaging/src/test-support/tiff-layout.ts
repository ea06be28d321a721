import { deflateSync } from 'node:zlib';

/** The pixel layout of a TIFF of one plain colour: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export interface TiffLayout {
  /** 0 and 1 are grey, 2 RGB, 3 a palette, 5 CMYK, 6 YCbCr, 8 CIELAB. */
  readonly photometric: number;
  /** Bits per channel. */
  readonly bits: number;
  /** Channels of a pixel, as unsigned integers of that many bits. */
  readonly samples: readonly number[];
  readonly sampleFormat?: number;
  /** Stores each channel separately, instead of interleaved by pixel. */
  readonly isPlanar?: boolean;
  /** Side of the tiles in pixels; strips if not given. */
  readonly tile?: number;
  /** 1 for none, 8 and 32946 for deflate; any other value is only declared, and the data are not compressed. */
  readonly compression?: number;
  /** Its structure is in big-endian byte order; samples of more than 8 bits are not. */
  readonly isBigEndian?: boolean;
  /** A BigTIFF. */
  readonly isBig?: boolean;
  readonly fillOrder?: number;
  /** Modifies the data of each tile or strip. */
  readonly damage?: (data: Buffer, index: number) => Buffer;
}

const SHORT = 3;
const LONG = 4;

export function tiffOf(width: number, height: number, layout: TiffLayout): Buffer {
  const { photometric, bits, samples, sampleFormat = 1, isPlanar = false, tile, compression = 1 } = layout;
  const { isBig = false, isBigEndian = false, fillOrder } = layout;
  const blocks = dataBlocks(width, height, layout);
  const number = numberWriter(isBigEndian);
  const headerBytes = isBig ? 16 : 8;
  const offsets = blocks.map(
    (_, index) => headerBytes + blocks.slice(0, index).reduce((sum, { length }) => sum + length, 0),
  );
  const lengths = blocks.map(({ length }) => length);
  const perSample = (value: number) => samples.map(() => value);
  const colours = { 3: 1, 2: 3, 5: 4, 6: 3, 8: 3 }[photometric] ?? 1;
  const tags: [tag: number, type: number, values: readonly number[]][] = [
    [256, SHORT, [width]],
    [257, SHORT, [height]],
    [258, SHORT, perSample(bits)],
    [259, SHORT, [compression]],
    [262, SHORT, [photometric]],
    ...(fillOrder === undefined ? [] : ([[266, SHORT, [fillOrder]]] as [number, number, number[]][])),
    ...(tile === undefined
      ? ([
          [273, LONG, offsets],
          [278, SHORT, [height]],
          [279, LONG, lengths],
        ] as [number, number, number[]][])
      : ([
          [322, SHORT, [tile]],
          [323, SHORT, [tile]],
          [324, LONG, offsets],
          [325, LONG, lengths],
        ] as [number, number, number[]][])),
    [277, SHORT, [samples.length]],
    [284, SHORT, [isPlanar ? 2 : 1]],
    ...(photometric === 3 ? ([[320, SHORT, greyPalette(bits)]] as [number, number, number[]][]) : []),
    // Full resolution; libtiff's default is 2×2 chroma subsampling.
    ...(photometric === 6 ? ([[530, SHORT, [1, 1]]] as [number, number, number[]][]) : []),
    ...(samples.length > colours ? ([[338, SHORT, [2]]] as [number, number, number[]][]) : []),
    [339, SHORT, perSample(sampleFormat)],
  ];
  const data = Buffer.concat(blocks);
  const padded = data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.of(0)]);
  const directoryAt = headerBytes + padded.length;
  const version = isBig
    ? [number(43, 2), number(8, 2), number(0, 2), number(directoryAt, 8)]
    : [number(42, 2), number(directoryAt, 4)];
  const order = Buffer.from(isBigEndian ? 'MM' : 'II');
  return Buffer.concat([order, ...version, padded, directory(tags, directoryAt, number, isBig)]);
}

function dataBlocks(width: number, height: number, layout: TiffLayout): Buffer[] {
  const { bits, samples, isPlanar, tile, compression, damage } = layout;
  const [across, down] = tile === undefined ? [width, height] : [tile, tile];
  const count = tile === undefined ? 1 : Math.ceil(width / tile) * Math.ceil(height / tile);
  const planes = isPlanar ? samples.map((sample) => [sample]) : [samples];
  const blocks = planes.flatMap((plane) => {
    const row = packed(Array.from({ length: across }, () => plane).flat(), bits);
    const raw = Buffer.concat(Array.from({ length: down }, () => row));
    return Array.from({ length: count }, () => (compression === 8 || compression === 32_946 ? deflateSync(raw) : raw));
  });
  return damage ? blocks.map(damage) : blocks;
}

/** Highest bits first; from 16 bits on, lowest byte first. */
function packed(values: readonly number[], bits: number): Buffer {
  if (bits % 8 === 0) return Buffer.concat(values.map((value) => littleEndian(value, bits / 8)));
  const text = values.map((value) => value.toString(2).padStart(bits, '0')).join('');
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

function littleEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, Math.min(length, 6));
  return bytes;
}

const greyPalette = (bits: number) => {
  const levels = Array.from({ length: 2 ** bits }, (_, index) => Math.round((index / (2 ** bits - 1)) * 65_535));
  return [...levels, ...levels, ...levels];
};

type NumberWriter = (value: number, length: 2 | 4 | 8) => Buffer;

const numberWriter =
  (isBigEndian: boolean): NumberWriter =>
  (value, length) => {
    const bytes = Buffer.alloc(length);
    bytes.writeUIntLE(value, 0, Math.min(length, 6));
    return isBigEndian ? bytes.reverse() : bytes;
  };

function directory(
  tags: readonly (readonly [number, number, readonly number[]])[],
  offset: number,
  number: NumberWriter,
  isBig: boolean,
): Buffer {
  const sorted = tags.toSorted(([one], [other]) => one - other);
  const [countBytes, fieldBytes] = isBig ? ([8, 8] as const) : ([2, 4] as const);
  const entries: Buffer[] = [number(sorted.length, countBytes)];
  const long: Buffer[] = [];
  let longAt = offset + countBytes + (4 + 2 * fieldBytes) * sorted.length + fieldBytes;
  for (const [tag, type, values] of sorted) {
    const bytes = Buffer.concat(values.map((value) => number(value, type === SHORT ? 2 : 4)));
    const isShort = bytes.length <= fieldBytes;
    entries.push(number(tag, 2), number(type, 2), number(values.length, fieldBytes));
    entries.push(
      isShort ? Buffer.concat([bytes, Buffer.alloc(fieldBytes - bytes.length)]) : number(longAt, fieldBytes),
    );
    if (isShort) continue;
    long.push(bytes);
    longAt += bytes.length;
  }
  return Buffer.concat([...entries, number(0, fieldBytes), ...long]);
}
