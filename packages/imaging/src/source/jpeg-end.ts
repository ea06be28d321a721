import { type HuffmanTable, huffmanTables } from './huffman-tables.ts';
import { entropyEnd, type SequentialScan } from './jpeg-entropy-end.ts';
import { DHT, EOI, type JpegMarker, jpegMarkers, SOS } from './jpeg-markers.ts';
import { isFrame, jpegProcess } from './jpeg-process.ts';

const DRI = 0xdd;

/** More than any encoder writes: progressive pictures have about ten scans and as many tables. */
const SEGMENTS_MAX = 4096;
const COEFFICIENTS = 64;

export interface CompletedJpeg {
  readonly bytes: Uint8Array;
  /** libjpeg reports an incomplete scan only as a warning. It must be an error, unless the scan was verified here. */
  readonly incompleteIsWarning: boolean;
}

/**
 * Appends the end marker to a JPEG that lacks only this. Some cameras and interrupted copies leave such files, sometimes
 * with padding, which libvips would read as codes.
 *
 * @returns undefined for a JPEG with an end marker, or if only libvips can verify its completeness
 */
export function withEndMarker(bytes: Uint8Array): CompletedJpeg | 'incomplete' | undefined {
  // Fast path: almost every file ends with the marker.
  if (bytes.at(-2) === 0xff && bytes.at(-1) === EOI) return undefined;
  const segments = segmentsWithoutEnd(bytes);
  const process = jpegProcess(bytes);
  if (!segments || (process !== 'sequential' && process !== 'progressive')) return undefined;
  const scans = segments.filter(({ code }) => code === SOS);
  const components = frameComponents(bytes, segments);
  if (!components || scans.length === 0) return undefined;
  if (!isComplete(bytes, scans, components)) return 'incomplete';
  const paddingAt = paddingStart(bytes);
  if (process === 'progressive' || scans.length > 1)
    return { bytes: ended(bytes, paddingAt), incompleteIsWarning: true };
  const scan = sequentialScan(bytes, segments, components);
  const end = scan && entropyEnd(bytes, scan);
  // Codes that were read from the padding are not part of the picture.
  return end !== undefined && end <= paddingAt
    ? { bytes: ended(bytes, end), incompleteIsWarning: false }
    : 'incomplete';
}

/** @returns undefined if there is an end marker, or an implausible number of segments */
function segmentsWithoutEnd(bytes: Uint8Array): JpegMarker[] | undefined {
  const segments: JpegMarker[] = [];
  for (const segment of jpegMarkers(bytes)) {
    if (segment.code === EOI || segments.length === SEGMENTS_MAX) return undefined;
    segments.push(segment);
  }
  return segments;
}

const ended = (bytes: Uint8Array, end: number) => Buffer.concat([bytes.subarray(0, end), Buffer.of(0xff, EOI)]);

/** Padding consists of bytes 00 or ff. The data may also end with such a byte, or with a stuffed one: ff 00. */
function paddingStart(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end--;
  return Math.min(bytes.length, bytes[end] === 0xff && bytes[end + 1] === 0 ? end + 2 : end);
}

interface Component {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

function frameComponents(bytes: Uint8Array, segments: readonly JpegMarker[]): Component[] | undefined {
  const frame = segments.find(({ code }) => isFrame(code));
  if (!frame) return undefined;
  const count = bytes[frame.from + 5] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const at = frame.from + 6 + 3 * index;
    const factors = bytes[at + 1] ?? 0;
    return { id: bytes[at] ?? 0, horizontal: factors >> 4, vertical: factors & 15 };
  });
}

/** Whether the scans contain every bit of every coefficient of every component. ITU-T T.81, section G.1.1.1. */
function isComplete(bytes: Uint8Array, scans: readonly JpegMarker[], components: readonly Component[]): boolean {
  const missingBits = new Map(components.map(({ id }) => [id, new Array<number>(COEFFICIENTS).fill(Infinity)]));
  for (const { from } of scans) {
    const count = bytes[from] ?? 0;
    const [first = 0, last = 0, approximation = 0] = bytes.subarray(from + 1 + 2 * count);
    for (let index = 0; index < count; index++) {
      missingBits.get(bytes[from + 1 + 2 * index] ?? 0)?.fill(approximation & 15, first, last + 1);
    }
  }
  return [...missingBits.values()].every((coefficients) => coefficients.every((bits) => bits === 0));
}

function sequentialScan(
  bytes: Uint8Array,
  segments: readonly JpegMarker[],
  components: readonly Component[],
): SequentialScan | undefined {
  const frame = segments.find(({ code }) => isFrame(code));
  const scan = segments.find(({ code }) => code === SOS);
  const interval = segments.findLast(({ code }) => code === DRI);
  if (!frame || !scan) return undefined;
  return {
    height: wordAt(bytes, frame.from + 1),
    width: wordAt(bytes, frame.from + 3),
    components: components.map((component, index) => {
      const numbers = bytes[scan.from + 2 + 2 * index] ?? 0;
      return { ...component, dc: numbers >> 4, ac: numbers & 15 };
    }),
    tables: tablesIn(bytes, segments),
    restartInterval: interval ? wordAt(bytes, interval.from) : 0,
    from: scan.to,
  };
}

/** The last one of each id. */
function tablesIn(bytes: Uint8Array, segments: readonly JpegMarker[]): Map<number, HuffmanTable> {
  const tables = new Map<number, HuffmanTable>();
  for (const { from, to } of segments.filter(({ code }) => code === DHT)) {
    for (const [id, table] of huffmanTables(bytes.subarray(from, to))) tables.set(id, table);
  }
  return tables;
}

const wordAt = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
