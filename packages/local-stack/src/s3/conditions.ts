import { S3Error } from './errors.ts';
import type { ObjectVersion } from './store/object-version.ts';

type Headers = Readonly<Record<string, string>>;

export interface ReadConditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

/** The headers' names begin with `x-amz-copy-source-` when they speak of the source of a copy. */
export function readConditions(headers: Headers, prefix: '' | 'x-amz-copy-source-' = ''): ReadConditions {
  return {
    ifMatch: headers[`${prefix}if-match`],
    ifNoneMatch: headers[`${prefix}if-none-match`],
    ifModifiedSince: headers[`${prefix}if-modified-since`],
    ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
  };
}

/** In the order of RFC 9110, 13.2.2: entity tags outrank dates. */
export function evaluateRead(conditions: ReadConditions, version: ObjectVersion): 'proceed' | 'not-modified' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  // HTTP dates know no milliseconds.
  const modifiedSeconds = Math.floor(version.modifiedAt.getTime() / 1000);
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, version.etag))
      throw new S3Error('PreconditionFailed', { details: { Condition: 'If-Match' } });
  } else if (modifiedSeconds > secondsOf(ifUnmodifiedSince, Number.POSITIVE_INFINITY)) {
    throw new S3Error('PreconditionFailed', { details: { Condition: 'If-Unmodified-Since' } });
  }
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, version.etag) ? 'not-modified' : 'proceed';
  return modifiedSeconds <= secondsOf(ifModifiedSince, Number.NEGATIVE_INFINITY) ? 'not-modified' : 'proceed';
}

/** For a write, against the object that it would replace. */
export function assertWritable(headers: Headers, current: ObjectVersion | undefined): void {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch !== undefined) {
    if (!current) throw new S3Error('NoSuchKey');
    if (!matchesEtag(ifMatch, current.etag))
      throw new S3Error('PreconditionFailed', { details: { Condition: 'If-Match' } });
  }
  if (ifNoneMatch !== undefined && current && matchesEtag(ifNoneMatch, current.etag)) {
    throw new S3Error('PreconditionFailed', { details: { Condition: 'If-None-Match' } });
  }
}

function matchesEtag(list: string, etag: string): boolean {
  const given = list.split(',').map((item) => item.trim().replace(/^W\//, '').replace(/^"|"$/g, ''));
  return given.includes('*') || given.includes(etag);
}

function secondsOf(date: string | undefined, otherwise: number): number {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? otherwise : Math.floor(ms / 1000);
}
