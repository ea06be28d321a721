import { createInflate, inflateSync } from 'node:zlib';
import { toRejection } from '../errors.ts';
import type { DecodableSource } from './readable-source.ts';
import { readTiffBlocks } from './tiff-blocks.ts';

/** Larger blocks are inflated piece by piece, which takes less memory; smaller ones at once, which takes less CPU. */
const AT_ONCE_BYTES = 2 ** 18;
const PIECE_BYTES = 2 ** 18;

/**
 * The same TIFF, if its deflate data have the right checksums. libtiff stops after the last pixel of a block: of damaged data that would
 * inflate to more, it never sees the checksum.
 *
 * @throws RejectedImageError `corrupt`
 */
export async function intactTiff(decodable: DecodableSource): Promise<DecodableSource> {
  const { buffer, byteOffset, byteLength } = decodable.bytes;
  const file = Buffer.from(buffer, byteOffset, byteLength);
  try {
    const blocks = readTiffBlocks(file);
    if (!blocks?.isDeflate) return decodable;
    const data = blocks.isReversed ? withReversedBits(file) : file;
    const [offsets, lengths] = [blocks.offsets(), blocks.lengths()];
    for (const [index, offset] of offsets.entries()) {
      const length = lengths.length === 0 ? undefined : (lengths[index] ?? 0);
      await inflate(data.subarray(offset, offset + bytesToRead(length, offsets.length)), blocks.bytesEach);
    }
  } catch (error) {
    throw toRejection(error);
  }
  return decodable;
}

/** libtiff needs no checksum: lengths that end before it are not damage. */
const CHECKSUM_BYTES = 4;

/**
 * Bytes that libtiff reads of a block. Blocks may share data: without this limit, a small file would have much to inflate. Their lengths have a
 * budget, in `count-tiff.ts`.
 */
function bytesToRead(length: number | undefined, blocks: number): number {
  // libtiff then takes what the file has, and rejects more than one block a channel without lengths: tif_dirread.c.
  const isUnknown = length === undefined || (length === 0 && blocks === 1);
  return isUnknown ? Number.POSITIVE_INFINITY : length + CHECKSUM_BYTES;
}

/**
 * @param data of the block, which say where they end, and perhaps of others after it
 * @throws Error if the data are damaged
 */
async function inflate(data: Uint8Array, bytes: number): Promise<void> {
  // libtiff ignores what is after the last pixel.
  const bytesMax = 2 * bytes + 1024;
  const own = data.subarray(0, bytesMax);
  if (bytes <= AT_ONCE_BYTES) {
    inflateSync(own, { maxOutputLength: bytesMax, chunkSize: bytes + 64 });
    return;
  }
  const pieces = createInflate({ chunkSize: PIECE_BYTES });
  pieces.end(own);
  let inflated = 0;
  for await (const { length } of pieces) {
    inflated += length;
    if (inflated > bytesMax) throw new RangeError(`A block of a TIFF has more than ${bytesMax} bytes.`);
  }
}

function withReversedBits(file: Buffer): Uint8Array {
  const reversed = Uint8Array.from({ length: 256 }, (_, byte) =>
    [0, 1, 2, 3, 4, 5, 6, 7].reduce((bits, bit) => bits | (((byte >> bit) & 1) << (7 - bit)), 0),
  );
  return file.map((byte) => reversed[byte] ?? 0);
}
