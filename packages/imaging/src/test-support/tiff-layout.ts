import { deflateSync } from 'node:zlib';
import { uint16, uint32 } from './little-endian.ts';

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
  /** 1 for none, 8 for deflate; any other value is only declared, and the data are not compressed. */
  readonly compression?: number;
  /** Modifies the data of each tile or strip. */
  readonly damage?: (data: Buffer, index: number) => Buffer;
}

const SHORT = 3;
const LONG = 4;

export function tiffOf(width: number, height: number, layout: TiffLayout): Buffer {
  const { photometric, bits, samples, sampleFormat = 1, isPlanar = false, tile, compression = 1 } = layout;
  const blocks = dataBlocks(width, height, layout);
  const offsets = blocks.map((_, index) => 8 + blocks.slice(0, index).reduce((sum, { length }) => sum + length, 0));
  const lengths = blocks.map(({ length }) => length);
  const perSample = (value: number) => samples.map(() => value);
  const colours = { 3: 1, 2: 3, 5: 4, 6: 3, 8: 3 }[photometric] ?? 1;
  const tags: [tag: number, type: number, values: readonly number[]][] = [
    [256, SHORT, [width]],
    [257, SHORT, [height]],
    [258, SHORT, perSample(bits)],
    [259, SHORT, [compression]],
    [262, SHORT, [photometric]],
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
  return Buffer.concat([Buffer.from('II*\0'), uint32(8 + padded.length), padded, directory(tags, 8 + padded.length)]);
}

function dataBlocks(width: number, height: number, layout: TiffLayout): Buffer[] {
  const { bits, samples, isPlanar, tile, compression, damage } = layout;
  const [across, down] = tile === undefined ? [width, height] : [tile, tile];
  const count = tile === undefined ? 1 : Math.ceil(width / tile) * Math.ceil(height / tile);
  const planes = isPlanar ? samples.map((sample) => [sample]) : [samples];
  const blocks = planes.flatMap((plane) => {
    const row = packed(Array.from({ length: across }, () => plane).flat(), bits);
    const raw = Buffer.concat(Array.from({ length: down }, () => row));
    return Array.from({ length: count }, () => (compression === 8 ? deflateSync(raw) : raw));
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

function directory(tags: readonly (readonly [number, number, readonly number[]])[], offset: number): Buffer {
  const sorted = tags.toSorted(([one], [other]) => one - other);
  const entries: Buffer[] = [uint16(sorted.length)];
  const long: Buffer[] = [];
  let longAt = offset + 2 + 12 * sorted.length + 4;
  for (const [tag, type, values] of sorted) {
    const bytes = Buffer.concat(values.map((value) => (type === SHORT ? uint16(value) : uint32(value))));
    const isShort = bytes.length <= 4;
    entries.push(uint16(tag), uint16(type), uint32(values.length));
    entries.push(isShort ? Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]) : uint32(longAt));
    if (isShort) continue;
    long.push(bytes);
    longAt += bytes.length;
  }
  return Buffer.concat([...entries, uint32(0), ...long]);
}
