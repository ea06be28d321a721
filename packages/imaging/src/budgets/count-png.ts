import { RejectedImageError } from '../errors.ts';
import { pngChunks } from '../source/png-chunks.ts';
import { pngRawBytes } from '../source/png-raw-bytes.ts';
import type { Tally } from './budgets.ts';
import { inflatedBytes } from './inflated-bytes.ts';

/** An inflater takes about 10 µs, however little it inflates: with this, a file can have a thousand of them. */
const INFLATED_BYTES_MIN = 8 * 1024;

/** https://www.w3.org/TR/png-3/#5DataRep */
export function countPng(bytes: Buffer, tally: Tally): void {
  // Without a header, no decoder reads the pixels.
  let pixelBytesLeft = Number.POSITIVE_INFINITY;
  for (const { type, content } of pngChunks(bytes)) {
    tally.add('parts');
    if (type === 'IHDR') pixelBytesLeft = Math.min(pixelBytesLeft, pixelBytesMax(content));
    if (type === 'IDAT') pixelBytesLeft -= content.length;
    if (pixelBytesLeft < 0) {
      throw new RejectedImageError('too-complex', new Error('The compressed pixels have more bytes than the pixels.'));
    }
    countMetadata(type, content, tally);
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

function countMetadata(type: string, content: Buffer, tally: Tally): void {
  if (type === 'IDAT' || type === 'fdAT') return;
  tally.add('metadataBytes', content.length);
  if (type === 'eXIf') tally.add('exifBytes', content.length);
  const compressed = compressedPart(type, content);
  if (!compressed) return;
  const measure = type === 'iCCP' ? 'profileBytes' : 'metadataBytes';
  tally.add(measure, Math.max(INFLATED_BYTES_MIN, inflatedBytes(compressed, tally.left(measure))));
}

/** https://www.w3.org/TR/png-3/#11zTXt, #11iTXt, #11iCCP: a keyword, a zero, and for iTXt two flags and two more texts. */
function compressedPart(type: string, content: Buffer): Buffer | undefined {
  const keyword = content.indexOf(0);
  if (keyword === -1) return undefined;
  if (type === 'zTXt' || type === 'iCCP') return content.subarray(keyword + 2);
  if (type !== 'iTXt' || content[keyword + 1] !== 1) return undefined;
  const language = content.indexOf(0, keyword + 3);
  const translation = language === -1 ? -1 : content.indexOf(0, language + 1);
  return translation === -1 ? undefined : content.subarray(translation + 1);
}
