import { RejectedImageError } from '../errors.ts';
import { type PngChunk, pngChunks } from '../source/png-chunks.ts';
import { compressedPart } from '../source/png-compressed.ts';
import { pngRawBytes } from '../source/png-raw-bytes.ts';
import type { Tally } from './budgets.ts';
import { inflatedBytes } from './inflated-bytes.ts';

/** An inflater takes about 10 µs, however little it inflates: with this, a file can have a thousand of them. */
const INFLATED_BYTES_MIN = 8 * 1024;

/** https://www.w3.org/TR/png-3/#5DataRep */
export function countPng(bytes: Buffer, tally: Tally): void {
  // Without a header, no decoder reads the pixels.
  let pixelBytesLeft = Number.POSITIVE_INFINITY;
  for (const chunk of pngChunks(bytes)) {
    const { type, content } = chunk;
    tally.add('parts');
    if (type === 'IHDR') pixelBytesLeft = Math.min(pixelBytesLeft, pixelBytesMax(content));
    if (type === 'IDAT') pixelBytesLeft -= content.length;
    if (pixelBytesLeft < 0) {
      throw new RejectedImageError('too-complex', new Error('The compressed pixels have more bytes than the pixels.'));
    }
    countMetadata(chunk, tally);
  }
}

/**
 * Bytes of IDAT that a picture can have: 50 MB of deflate blocks without content, for 64 pixels, took libpng 3 s. No encoder exceeds this,
 * unless it ends a block after every few bytes.
 */
function pixelBytesMax(header: Buffer): number {
  const rawBytes = pngRawBytes(header);
  return rawBytes === undefined ? Number.POSITIVE_INFINITY : 1.25 * rawBytes + 64 * 1024;
}

function countMetadata(chunk: PngChunk, tally: Tally): void {
  const { type, content } = chunk;
  if (type === 'IDAT' || type === 'fdAT') return;
  tally.add('metadataBytes', content.length);
  if (type === 'eXIf') tally.add('exifBytes', content.length);
  const compressed = compressedPart(chunk);
  if (!compressed) return;
  const measure = type === 'iCCP' ? 'profileBytes' : 'metadataBytes';
  tally.add(measure, Math.max(INFLATED_BYTES_MIN, inflatedBytes(compressed, tally.left(measure))));
}
