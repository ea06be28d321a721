import { constants, inflateSync } from 'node:zlib';
import { RejectedImageError } from '../errors.ts';

/** Deflate's limit: one bit for 258 bytes, and the code of their distance. */
const RATIO_MAX = 1032;
const FIRST_PIECE_BYTES = 64 * 1024;
const GROWTH = 8;

/**
 * Bytes that compressed data inflate to, as far as they have to be inflated to know that they are at most `max`. Of damaged data, the most
 * that they could.
 *
 * @throws RejectedImageError `too-complex` for data that are longer than their content allows. Blocks without content take an inflater 65 ms
 *   per MB. They are found by longer and longer beginnings of the data: together, these are at most 0.6 of the data.
 */
export function inflatedBytes(compressed: Buffer, max: number): number {
  for (let length = FIRST_PIECE_BYTES; ; length *= GROWTH) {
    const isWhole = 2 * length >= compressed.length;
    const piece = isWhole ? compressed : compressed.subarray(0, length);
    const bytes = inflated(piece, max, isWhole);
    if (piece.length > deflatedBytesMax(bytes)) {
      throw new RejectedImageError('too-complex', new Error(`${piece.length} bytes inflate to ${bytes}.`));
    }
    if (isWhole || bytes > max) return bytes;
  }
}

/** What no encoder exceeds: fixed codes have at most nine bits a byte, stored blocks five bytes for each 64 KiB at most. RFC 1951 */
const deflatedBytesMax = (bytes: number) => 1.25 * bytes + 1024;

function inflated(piece: Buffer, max: number, isWhole: boolean): number {
  const finishFlush = isWhole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  try {
    return inflateSync(piece, { maxOutputLength: Math.max(1, max), finishFlush }).length;
  } catch (error) {
    // Over the budget; or damaged, after any number of bytes.
    const isTooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLong ? max + 1 : piece.length * RATIO_MAX;
  }
}
