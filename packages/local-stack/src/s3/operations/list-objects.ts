import type { Call } from '../call.ts';
import { notImplemented, S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { ListPage } from '../store/listing.ts';
import { keyBytes, type StoredObject } from '../store/stored-object.ts';
import type { XmlElement } from '../xml.ts';
import { parseLimit, parseListRequest } from './list-query.ts';

/** ListObjectsV2. */
export function listObjects(call: Call): S3Response {
  const { query } = call.request;
  if (query.get('list-type') !== '2') throw notImplemented('A list-type other than 2');
  const { bucket, prefix, delimiter, encodingType, encode } = parseListRequest(call);
  const limit = parseLimit(query, 'max-keys');
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token ? parseToken(token) : keyBytes(startAfter);
  const page = call.service.store.list({ bucket, prefix, delimiter, limit, after });
  return xmlResponse('ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    ...(delimiter && { Delimiter: encode(delimiter) }),
    MaxKeys: limit,
    ...(encodingType && { EncodingType: encodingType }),
    ...(token && { ContinuationToken: token }),
    ...(startAfter && { StartAfter: encode(startAfter) }),
    KeyCount: page.entries.length,
    IsTruncated: page.next !== undefined,
    ...(page.next && { NextContinuationToken: page.next.toString('base64url') }),
    ...pageElements(page, encode),
  });
}

function pageElements({ entries }: ListPage, encode: (key: string) => string): XmlElement {
  return {
    Contents: entries.flatMap((entry) => (entry.is === 'object' ? [objectElement(entry.object, encode)] : [])),
    CommonPrefixes: entries.flatMap((entry) => (entry.is === 'prefix' ? [{ Prefix: encode(entry.prefix) }] : [])),
  };
}

function objectElement(object: StoredObject, encode: (key: string) => string): XmlElement {
  return {
    Key: encode(object.key),
    LastModified: object.modifiedAt.toISOString(),
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

function parseToken(token: string): Buffer {
  const key = Buffer.from(token, 'base64url');
  if (key.toString('base64url') === token) return key;
  throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
}
