import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { encodeKeyForXml } from '../url-encoding.ts';

const LIMIT_MAX = 1000;

export interface ListRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly encodingType: string;
  /** Encodes a key according to `encoding-type`. */
  readonly encode: (key: string) => string;
}

/** The common parameters of object listings and upload listings. */
export function parseListRequest({ request: { query, bucket } }: Call): ListRequest {
  const encodingType = query.get('encoding-type') ?? '';
  if (encodingType !== '' && encodingType !== 'url') {
    throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' });
  }
  return {
    bucket,
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    encodingType,
    encode: encodingType === 'url' ? encodeKeyForXml : (key) => key,
  };
}

export function parseLimit(query: URLSearchParams, name: string): number {
  const text = query.get(name) || String(LIMIT_MAX);
  if (!/^\d{1,9}$/.test(text)) throw new S3Error('InvalidArgument', { message: `${name} must be a number.` });
  return Math.min(Number(text), LIMIT_MAX);
}
