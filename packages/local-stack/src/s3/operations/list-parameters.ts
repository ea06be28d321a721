import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { encodeKeyForXml } from '../url-encoding.ts';
import type { XmlElement } from '../xml.ts';

const listLimitMax = 1000;

export interface ListParameters {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** Writes a key in the form that `encoding-type` asks for. */
  readonly encode: (key: string) => string;
  /** The elements that repeat the question in every kind of listing. */
  readonly echo: XmlElement;
}

export function listParameters(call: Call): ListParameters {
  const { query, bucket } = call.request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const encodingType = query.get('encoding-type') ?? '';
  if (encodingType !== '' && encodingType !== 'url') {
    throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' });
  }
  const encode = encodingType === 'url' ? encodeKeyForXml : (key: string) => key;
  const limit = parseLimit(query, 'max-keys');
  const echo = {
    Name: bucket,
    Prefix: encode(prefix),
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    MaxKeys: limit,
    ...(encodingType !== '' && { EncodingType: encodingType }),
  };
  return { bucket, prefix, delimiter, limit, encode, echo };
}

export function parseLimit(query: URLSearchParams, name: string): number {
  const text = query.get(name) || String(listLimitMax);
  if (!/^\d{1,9}$/.test(text)) throw new S3Error('InvalidArgument', { message: `${name} must be a number.` });
  return Math.min(Number(text), listLimitMax);
}

export function objectElements(version: ObjectVersion): XmlElement {
  return {
    LastModified: version.modifiedAt.toISOString(),
    ETag: `"${version.etag}"`,
    ...(version.checksum && {
      ChecksumAlgorithm: version.checksum.algorithm.toUpperCase(),
      ChecksumType: version.checksum.type,
    }),
    Size: version.size,
    StorageClass: 'STANDARD',
  };
}
