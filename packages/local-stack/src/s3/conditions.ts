import { S3Error } from './errors.ts';
import type { StoredObject } from './store/stored-object.ts';

type Headers = Readonly<Record<string, string>>;

/** In the order of RFC 9110, 13.2.2: entity tags outrank dates. @throws S3Error `PreconditionFailed` */
export function evaluateRead(headers: Headers, object: StoredObject): 'proceed' | 'not-modified' {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  // HTTP dates have no milliseconds.
  const modifiedSeconds = Math.floor(object.modifiedAt.getTime() / 1000);
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) throw failed('If-Match');
  } else if (modifiedSeconds > secondsOf(headers['if-unmodified-since'], Number.POSITIVE_INFINITY)) {
    throw failed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag) ? 'not-modified' : 'proceed';
  const since = secondsOf(headers['if-modified-since'], Number.NEGATIVE_INFINITY);
  return modifiedSeconds <= since ? 'not-modified' : 'proceed';
}

/**
 * Checks the conditions of a write against the object that it would replace.
 *
 * @throws S3Error `PreconditionFailed`, or `NoSuchKey` if `If-Match` finds no object
 */
export function assertWritable(headers: Headers, current: StoredObject | undefined): void {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch !== undefined) {
    if (!current) throw new S3Error('NoSuchKey');
    if (!matchesEtag(ifMatch, current.etag)) throw failed('If-Match');
  }
  if (ifNoneMatch !== undefined && current && matchesEtag(ifNoneMatch, current.etag)) throw failed('If-None-Match');
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { details: { Condition: condition } });
}

function matchesEtag(list: string, etag: string): boolean {
  const given = list.split(',').map((item) => item.trim().replace(/^W\//, '').replace(/^"|"$/g, ''));
  return given.includes('*') || given.includes(etag);
}

function secondsOf(date: string | undefined, otherwise: number): number {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? otherwise : Math.floor(ms / 1000);
}
