import { inflateSync } from 'node:zlib';
import { pngChunks } from '../source/png-chunks.ts';
import type { Tally } from './budgets.ts';

/** Deflate's limit: one bit for 258 bytes, and the code of their distance. */
const RATIO_MAX = 1032;
/** An inflater takes about 10 µs, however little it inflates: with this, a file can have a thousand of them. */
const INFLATED_BYTES_MIN = 8 * 1024;

/** https://www.w3.org/TR/png-3/#5DataRep */
export function countPng(bytes: Buffer, tally: Tally): void {
  for (const { type, content } of pngChunks(bytes)) {
    tally.add('parts');
    countMetadata(type, content, tally);
  }
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

function inflatedBytes(compressed: Buffer, max: number): number {
  const mostBytes = compressed.length * RATIO_MAX;
  try {
    return inflateSync(compressed, { maxOutputLength: Math.max(1, max) }).length;
  } catch (error) {
    // Over the budget; or damaged, after any number of bytes.
    const isTooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLong ? max + 1 : mostBytes;
  }
}
