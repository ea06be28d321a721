import { ReadableStream } from 'node:stream/web';
import { create as contentDisposition } from 'content-disposition';
import { parse as parseRange } from 'range-parser';
import { pictureNotFound } from '../http/picture-problems.ts';
import { cacheStatus, serverTiming } from './delivery-headers.ts';
import { downloadName } from './download-name.ts';
import type { Delivered } from './get-picture.ts';
import { discard, type StoredPicture, type StoredPictures } from './stored-pictures.ts';

/** What of a request decides how a picture is sent. */
export interface PictureRequest {
  readonly method: string;
  header(name: string): string | undefined;
  /** Name of the file for the person who saves it. */
  readonly download?: string | undefined;
  /** Called if the storage fails while the picture is being sent. */
  readonly onCut: (error: unknown) => void;
}

/**
 * The response for a picture: 200, 206, 304 or 416. RFC 9110, sections 13 and 14.
 *
 * @param headers of this kind of URL, such as Cache-Control
 */
export async function pictureResponse(
  pictures: StoredPictures,
  { picture, outcome, timings }: Delivered,
  request: PictureRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { etag, sha256, contentType, sizeBytes } = picture;
  const shared: Record<string, string> = {
    ...headers,
    etag,
    'accept-ranges': 'bytes',
    'cache-status': cacheStatus(outcome),
    ...serverTiming(timings),
    ...(sha256 !== undefined && { 'repr-digest': `sha-256=:${sha256}:` }),
  };
  if (matches(request.header('if-none-match'), etag)) {
    discard(picture);
    return new Response(null, { status: 304, headers: shared });
  }
  shared['content-type'] = contentType;
  if (request.download !== undefined) {
    shared['content-disposition'] = contentDisposition(downloadName(request.download, contentType));
  }
  const range = rangeOf(request, picture);
  if (range === 'unsatisfiable') {
    discard(picture);
    const { etag: _, 'repr-digest': __, 'content-type': ___, ...rest } = shared;
    return new Response(null, {
      status: 416,
      headers: { ...rest, 'content-range': `bytes */${sizeBytes}`, 'cache-control': 'no-store' },
    });
  }
  if (range) {
    shared['content-range'] = `bytes ${range.start}-${range.end}/${sizeBytes}`;
    shared['content-length'] = String(range.end - range.start + 1);
    return new Response(bodyOf(await partOf(pictures, picture, range), request), { status: 206, headers: shared });
  }
  shared['content-length'] = String(sizeBytes);
  if (request.method === 'HEAD') {
    discard(picture);
    return new Response(null, { headers: shared });
  }
  return new Response(bodyOf(picture.kind === 'held' ? picture.bytes : picture.body, request), { headers: shared });
}

/** Of range-parser: a well-formed range lies outside of the picture. */
const UNSATISFIABLE = 2;

interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** Undefined for the whole picture: also for several ranges, and for units other than bytes, which a server may ignore. */
function rangeOf({ method, header }: PictureRequest, { etag, sizeBytes }: StoredPicture) {
  const asked = header('range');
  if (asked === undefined || method !== 'GET') return undefined;
  const condition = header('if-range');
  if (condition !== undefined && condition !== etag) return undefined;
  const { code, type, ranges } = parseRange(sizeBytes, asked);
  if (type !== 'bytes') return undefined;
  if (code === UNSATISFIABLE && ranges.length === 0) return 'unsatisfiable';
  const [range, ...more] = ranges;
  return code === 0 && range && more.length === 0 ? range : undefined;
}

async function partOf(pictures: StoredPictures, picture: StoredPicture, range: ByteRange) {
  if (picture.kind === 'held') return picture.bytes.subarray(range.start, range.end + 1);
  const part = await pictures.openRange(picture, { start: range.start, end: range.end });
  if (!part) throw pictureNotFound();
  return part;
}

/** Weak comparison: RFC 9110, section 13.1.2. */
function matches(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

const bodyOf = (body: Uint8Array | AsyncIterable<Uint8Array>, { onCut }: PictureRequest) =>
  (body instanceof Uint8Array ? body : ReadableStream.from(untilCut(body, onCut))) as BodyInit;

async function* untilCut(body: AsyncIterable<Uint8Array>, onCut: PictureRequest['onCut']) {
  try {
    yield* body;
  } catch (error) {
    onCut(error);
  }
}
