import { S3Error } from './errors.ts';
import type { ByteRange } from './store/blobs.ts';

/** The byte range of a Range header; undefined for the whole object. S3 ignores malformed and multiple ranges. */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw new S3Error('InvalidRange', { headers: { 'content-range': `bytes */${size}` } });
  return { start, end };
}
