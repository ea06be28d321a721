import { brotliCompressSync, constants } from 'node:zlib';
import { box } from '../iso-boxes.ts';
import { jxlSample } from '../jxl.ts';

/** Where the last frame of the sample `moving` begins. */
const LAST_FRAME_AT = 1860;
/** The flag of that frame which says that it is the last one. */
const IS_LAST = { byte: 3, bit: 0 } as const;

/** A JPEG XL of 64 × 48 pixels with that many frames after its first one, 31 bytes each. */
export async function manyFramesJxl(frames: number): Promise<Buffer> {
  const sample = await jxlSample('moving');
  const last = sample.subarray(LAST_FRAME_AT);
  const frame = Buffer.from(last);
  frame.writeUInt8(frame.readUInt8(IS_LAST.byte) ^ (1 << IS_LAST.bit), IS_LAST.byte);
  return Buffer.concat([sample.subarray(0, LAST_FRAME_AT), Buffer.alloc((frames - 1) * frame.length, frame), last]);
}

const EMPTY_BROTLI = { first: 0x0c, block: 0x06, last: 0x03 } as const;

/** A JPEG XL of 64 × 48 pixels with a compressed EXIF box. */
export const compressedExifJxl = async (compressed: Buffer): Promise<Buffer> =>
  withBoxJxl(box('brob', Buffer.from('Exif', 'latin1'), compressed), await jxlSample('plain'));

/** A JPEG XL with a box in front of its picture. */
export const withBoxJxl = (before: Buffer, codestream: Buffer = Buffer.of(0xff, 0x0a)): Buffer =>
  Buffer.concat([
    Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1'),
    box('ftyp', Buffer.from('jxl \0\0\0\0jxl ', 'latin1')),
    before,
    box('jxlc', codestream),
  ]);

/** Of that many bytes, Brotli without content: a metadata block of no bytes each. RFC 7932, section 9.2 */
export function emptyBrotli(bytes: number): Buffer {
  const { first, block, last } = EMPTY_BROTLI;
  const blocks = Buffer.alloc(bytes, block);
  blocks.writeUInt8(first);
  blocks.writeUInt8(last, bytes - 1);
  return blocks;
}

/** Zeros in a few bytes. */
export const brotliOfZeros = (bytes: number): Buffer =>
  brotliCompressSync(Buffer.alloc(bytes), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
