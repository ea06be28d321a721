import { brotliDecompressSync } from 'node:zlib';
import { type Box, boxesIn } from '../isobmff.ts';

/** A codestream, and metadata in the boxes beside it. ISO/IEC 18181-2 */
export interface JxlContainer {
  readonly codestream: Buffer;
  readonly xmp?: Buffer;
}

const CONTAINER = Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1');
const CODESTREAM = Buffer.of(0xff, 0x0a);
/** Partial codestreams start with their number. */
const INDEX_BYTES = 4;

const startsWith = (bytes: Buffer, start: Buffer) => bytes.subarray(0, start.length).equals(start);

export const isJxl = (bytes: Buffer): boolean => startsWith(bytes, CONTAINER) || startsWith(bytes, CODESTREAM);

/** @returns undefined without a codestream */
export function readJxlContainer(bytes: Buffer): JxlContainer | undefined {
  if (startsWith(bytes, CODESTREAM)) return { codestream: bytes };
  const boxes = boxesIn(bytes);
  const whole = boxes.find(({ type }) => type === 'jxlc')?.content;
  // The header is in the first part.
  const first = boxes.find(({ type }) => type === 'jxlp')?.content.subarray(INDEX_BYTES);
  const codestream = whole ?? first;
  if (!codestream || !startsWith(codestream, CODESTREAM)) return undefined;
  const xmp = boxes.find(({ type }) => type === 'xml ')?.content ?? compressedXmp(boxes);
  return { codestream, ...(xmp && { xmp }) };
}

const XMP_BYTES_MAX = 2 ** 20;

function compressedXmp(boxes: readonly Box[]): Buffer | undefined {
  const compressed = boxes.find(({ type, content }) => type === 'brob' && content.toString('latin1', 0, 4) === 'xml ');
  try {
    return compressed && brotliDecompressSync(compressed.content.subarray(4), { maxOutputLength: XMP_BYTES_MAX });
  } catch {
    // Damaged, or too long: it has no marks.
    return undefined;
  }
}
