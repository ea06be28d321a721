import { createBitWriter, segment } from '../jpeg-parts.ts';

const BLOCK = 8;
const APP1 = 0xe1;
const APP2 = 0xe2;
const SEGMENT_BYTES_MAX = 65_533;

/** A Huffman table with a single symbol: its code is one bit, 0. ITU-T T.81, section B.2.4.2. */
const singleCode = (id: number, symbol: number) => segment(0xc4, Buffer.of(id, 1, ...Array(15).fill(0), symbol));

/** End of band for 2^14 blocks, and 14 more bits of the count. Section G.1.2.2. */
const END_OF_BAND = 0xe0;
const BAND_BLOCKS_MAX = 2 ** 15 - 1;

export interface FlatJpeg {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 YCbCr, 4 CMYK. */
  readonly components: 1 | 3 | 4;
  /** Scans after the first one: about 90 bytes each for a grey picture of 64 megapixels. */
  readonly scans: number;
}

/** A progressive JPEG of plain colour, whose scans after the first one add nothing; libjpeg visits every block for each. */
export function manyScansJpeg({ width, height, components, scans }: FlatJpeg): Buffer {
  const ids = Array.from({ length: components }, (_, index) => index + 1);
  const blocks = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height);
  size.writeUInt16BE(width, 2);
  const bands = ids.map((id) => [segment(0xda, Buffer.of(1, id, 0, 1, 63, 0)), emptyBand(blocks)]);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, Buffer.of(0, ...Array(64).fill(1))),
    segment(0xc2, Buffer.of(8), size, Buffer.of(components, ...ids.flatMap((id) => [id, 0x11, 0]))),
    singleCode(0, 0),
    singleCode(0x10, END_OF_BAND),
    segment(0xda, Buffer.of(components, ...ids.flatMap((id) => [id, 0]), 0, 0, 0)),
    // Every DC difference is 0: one bit each.
    Buffer.alloc(Math.ceil((blocks * components) / 8)),
    ...Array.from({ length: scans }, (_, index) => bands[index % components] ?? []).flat(),
    Buffer.of(0xff, 0xd9),
  ]);
}

/** How a file can mislead a parser that is stricter than libjpeg about what is before its scans. */
export type HiddenScans = 'stray bytes' | 'an empty segment' | 'a lost restart marker';

/** A progressive JPEG of grey, in which something comes before the scans. */
export function hiddenScansJpeg(by: HiddenScans, scans: number): Buffer {
  const jpeg = manyScansJpeg({ width: 64, height: 64, components: 1, scans });
  const [start, rest] = [jpeg.subarray(0, 2), jpeg.subarray(2)];
  if (by === 'stray bytes') return Buffer.concat([start, Buffer.of(0), rest]);
  if (by === 'an empty segment') return Buffer.concat([start, Buffer.of(0xff, 0xe5, 0, 0), rest]);
  return behindLostRestart(jpeg);
}

/** Within the first scan, libjpeg skips a code that is no restart marker, without what would be the length of its segment. */
function behindLostRestart(jpeg: Buffer): Buffer {
  const sos = Buffer.of(0xff, 0xda);
  const first = jpeg.indexOf(sos);
  const data = first + 2 + jpeg.readUInt16BE(first + 2);
  const interval = (blocks: number) => segment(0xdd, Buffer.of(0, blocks));
  const restart = Buffer.of(0xff, 0x02, 0xff, 0xff, 0xff, 0xd0);
  const [head, scan, others] = [jpeg.subarray(0, first), jpeg.subarray(first, data), jpeg.indexOf(sos, data)];
  return Buffer.concat([
    ...[head, interval(32), scan, Buffer.alloc(4), restart, Buffer.alloc(4)],
    ...[interval(0), jpeg.subarray(others)],
  ]);
}

function emptyBand(blocks: number): Buffer {
  const bits = createBitWriter();
  let left = blocks;
  while (left >= 2 ** 14) {
    const count = Math.min(left, BAND_BLOCKS_MAX);
    bits.put(0, 1);
    bits.put(count - 2 ** 14, 14);
    left -= count;
  }
  // The table has no shorter runs: the last one may be longer than the picture.
  if (left > 0) bits.put(0, 15);
  return bits.end();
}

const tiny = { width: 8, height: 8, components: 1, scans: 1 } as const;

/** A small JPEG with empty segments of an application: 4 bytes each. */
export function manySegmentsJpeg(segments: number): Buffer {
  return withSegments(Array.from({ length: segments }, () => segment(0xe5)));
}

/** A small JPEG with an ICC profile in parts, of at most 255 × 64 KiB; or with more parts than the format allows. */
export function largeProfileJpeg(bytes: number): Buffer {
  const head = Buffer.from('ICC_PROFILE\0', 'latin1');
  const size = SEGMENT_BYTES_MAX - head.length - 2;
  const count = Math.ceil(bytes / size);
  const parts = Array.from({ length: count }, (_, index) => {
    const place = Buffer.of((index + 1) & 0xff, Math.min(255, count));
    return segment(APP2, head, place, Buffer.alloc(Math.min(size, bytes - index * size)));
  });
  return withSegments(parts);
}

type MetadataKind = 'Exif\0\0' | 'http://ns.adobe.com/xap/1.0/\0' | 'http://ns.adobe.com/xmp/extension/\0';

/** A small JPEG with XMP or EXIF in as many segments as that many bytes take. */
export function largeMetadataJpeg(kind: MetadataKind, bytes: number): Buffer {
  const size = SEGMENT_BYTES_MAX - kind.length;
  const parts = Array.from({ length: Math.ceil(bytes / size) }, (_, index) =>
    segment(APP1, Buffer.from(kind, 'latin1'), Buffer.alloc(Math.min(size, bytes - index * size), 'x')),
  );
  return withSegments(parts);
}

function withSegments(segments: readonly Buffer[]): Buffer {
  const jpeg = manyScansJpeg(tiny);
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** Of 0x4b and 0xc6: every decision of the scan is the more probable one, however many there are. ITU-T T.81, annex D */
const PROBABLE = Buffer.of(0x4b, 0xc6);
/** As probable from the second block on: only the last coefficient of each block is set. */
const LAST_COEFFICIENTS = Buffer.from(
  '4bc60000000000016874004eea00000000b56a5d800000000dfda10000000002b96f30929de6099a37e73a6eb7ba79e87dcd314d973832e8bea0',
  'hex',
);
const FIRST_BIT = 13;

/** A progressive JPEG of grey, with arithmetic coding: 322 bytes, whatever its side. Each of its scans visits each coefficient of each block. */
export function arithmeticJpeg(side: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(side);
  size.writeUInt16BE(side, 2);
  const scan = (from: number, to: number, bits: number, data: Buffer) => [
    segment(0xda, Buffer.of(1, 1, 0, from, to, bits)),
    data,
  ];
  const refinements = Array.from({ length: FIRST_BIT }, (_, index) => FIRST_BIT - index);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, Buffer.of(0, ...Array(64).fill(1))),
    segment(0xca, Buffer.of(8), size, Buffer.of(1, 1, 0x11, 0)),
    ...scan(0, 0, 0, PROBABLE),
    ...scan(1, 63, FIRST_BIT, LAST_COEFFICIENTS),
    ...refinements.flatMap((bit) => scan(1, 63, (bit << 4) | (bit - 1), PROBABLE)),
    Buffer.of(0xff, 0xd9),
  ]);
}

/** A grey JPEG without an end marker, in which that many segments of 3,854 Huffman tables without codes come before the scan. */
export function manyTablesJpeg(segments: number): Buffer {
  const empty = Buffer.of(3, ...Array(16).fill(0));
  const tables = segment(0xc4, Buffer.alloc(3_854 * empty.length, empty));
  const jpeg = sequentialJpeg();
  const scan = jpeg.indexOf(Buffer.of(0xff, 0xda));
  return Buffer.concat([jpeg.subarray(0, scan), Buffer.alloc(segments * tables.length, tables), jpeg.subarray(scan)]);
}

/** One grey block of eight pixels a side, without an end marker: the difference of its level, and the end of the block, are one bit each. */
const sequentialJpeg = () =>
  Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, Buffer.of(0, ...Array(64).fill(1))),
    segment(0xc0, Buffer.of(8, 0, 8, 0, 8, 1, 1, 0x11, 0)),
    singleCode(0, 0),
    singleCode(0x10, 0),
    segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0), Buffer.of()),
    Buffer.of(0x3f),
  ]);

/** A small JPEG with the extended part of an XMP packet, of that many bytes. */
export const extendedXmpJpeg = (bytes: number): Buffer =>
  largeMetadataJpeg('http://ns.adobe.com/xmp/extension/\0', bytes);
