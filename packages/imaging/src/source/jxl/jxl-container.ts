import { brotliDecompressSync } from 'node:zlib';
import { type Box, boxesIn } from '../isobmff.ts';

/** Metadata in the boxes beside the codestream. ISO/IEC 18181-2 */
export interface JxlMetadata {
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

/** @returns undefined without a codestream, or with an incomplete box before it */
export function readJxlCodestream(bytes: Buffer): Buffer | undefined {
  if (startsWith(bytes, CODESTREAM)) return bytes;
  const boxes = boxesIn(bytes);
  const whole = boxes.find(({ type }) => type === 'jxlc')?.content;
  const codestream = whole ?? Buffer.concat(partsIn(boxes));
  return startsWith(codestream, CODESTREAM) ? codestream : undefined;
}

const partsIn = (boxes: readonly Box[]) =>
  boxes.filter(({ type }) => type === 'jxlp').map(({ content }) => content.subarray(INDEX_BYTES));

export function readJxlMetadata(bytes: Buffer): JxlMetadata {
  const [xmp, exif] = [metadataIn(bytes, 'xml '), withoutOffset(metadataIn(bytes, 'Exif'))];
  return { ...(xmp && { xmp }), ...(exif && { exif }) };
}

/** The type of a box with metadata that are read, also of a compressed one. */
export function metadataType({ type, content }: Box): JxlMetadataType | undefined {
  const own = type === COMPRESSED ? content.toString('latin1', 0, TYPE_BYTES) : type;
  return own === 'Exif' || own === 'xml ' ? own : undefined;
}

type JxlMetadataType = 'Exif' | 'xml ';
const COMPRESSED = 'brob';
const TYPE_BYTES = 4;

/** Of compressed ones, before and after: blocks of Brotli without content take 20 ms per MB. */
const METADATA_BYTES_MAX = 2 ** 20;

/** The content of the first box of that type, as it is or compressed with Brotli. */
function metadataIn(file: Buffer, wanted: JxlMetadataType): Buffer | undefined {
  if (startsWith(file, CODESTREAM)) return undefined;
  const boxes = boxesIn(file).filter((box) => metadataType(box) === wanted);
  const plain = boxes.find(({ type }) => type === wanted)?.content;
  if (plain) return plain;
  const compressed = boxes[0]?.content.subarray(TYPE_BYTES);
  if (!compressed || compressed.length > METADATA_BYTES_MAX) return undefined;
  try {
    return brotliDecompressSync(compressed, { maxOutputLength: METADATA_BYTES_MAX });
  } catch {
    // Damaged, or too long: it has no marks.
    return undefined;
  }
}

/** An EXIF block starts after so many bytes as its box says. */
const withoutOffset = (box: Buffer | undefined): Buffer | undefined =>
  box && box.length > 4 ? box.subarray(4 + box.readUInt32BE(0)) : undefined;
