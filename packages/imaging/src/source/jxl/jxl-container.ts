import { brotliDecompressSync } from 'node:zlib';
import { type Box, boxesIn } from '../isobmff.ts';

/** A codestream, and metadata in the boxes beside it. ISO/IEC 18181-2 */
export interface JxlContainer {
  readonly codestream: Buffer;
  readonly xmp?: Buffer;
  /** Without the start of its box. */
  readonly exif?: Buffer;
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
  const [xmp, exif] = [metadataIn(boxes, 'xml '), withoutOffset(metadataIn(boxes, 'Exif'))];
  return { codestream, ...(xmp && { xmp }), ...(exif && { exif }) };
}

const METADATA_BYTES_MAX = 2 ** 20;

/** The content of the first box of that type, as it is or compressed with Brotli. */
function metadataIn(boxes: readonly Box[], type: string): Buffer | undefined {
  const plain = boxes.find((box) => box.type === type)?.content;
  if (plain) return plain;
  const compressed = boxes.find((box) => box.type === 'brob' && box.content.toString('latin1', 0, 4) === type);
  try {
    return compressed && brotliDecompressSync(compressed.content.subarray(4), { maxOutputLength: METADATA_BYTES_MAX });
  } catch {
    // Damaged, or too long: it has no marks.
    return undefined;
  }
}

/** An EXIF block starts after so many bytes as its box says. */
const withoutOffset = (box: Buffer | undefined): Buffer | undefined =>
  box && box.length > 4 ? box.subarray(4 + box.readUInt32BE(0)) : undefined;
