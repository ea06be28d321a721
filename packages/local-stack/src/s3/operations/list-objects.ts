import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import {
  cursorAfterKey,
  cursorAfterPrefix,
  groupOf,
  type ListCursor,
  type ListPage,
  listStart,
} from '../store/listing.ts';
import type { XmlElement } from '../xml.ts';
import { type ListParameters, listParameters, objectElements } from './list-parameters.ts';

export function listObjectsV2(call: Call): S3Response {
  const { query } = call.request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token ? parseToken(token) : cursorAfterKey(startAfter);
  const { parameters, page } = listCurrent(call, after);
  return xmlResponse('ListBucketResult', {
    ...parameters.echo,
    ...(token && { ContinuationToken: token }),
    ...(startAfter && { StartAfter: parameters.encode(startAfter) }),
    KeyCount: page.entries.length,
    IsTruncated: page.next !== undefined,
    ...(page.next && { NextContinuationToken: page.next.key.toString('base64url') }),
    ...pageElements(page, parameters),
  });
}

export function listObjectsV1(call: Call): S3Response {
  const { query } = call.request;
  const marker = query.get('marker') ?? '';
  const after = cursorAfterMarker(marker, query.get('prefix') ?? '', query.get('delimiter') ?? '');
  const { parameters, page } = listCurrent(call, after);
  const last = page.entries.at(-1);
  const nextMarker = last?.kind === 'prefix' ? last.prefix : last?.version.key;
  return xmlResponse('ListBucketResult', {
    ...parameters.echo,
    Marker: parameters.encode(marker),
    IsTruncated: page.next !== undefined,
    ...(page.next && nextMarker !== undefined && { NextMarker: parameters.encode(nextMarker) }),
    ...pageElements(page, parameters),
  });
}

function listCurrent(call: Call, after: ListCursor): { parameters: ListParameters; page: ListPage } {
  const parameters = listParameters(call);
  const { bucket, prefix, delimiter, limit } = parameters;
  const page = call.service.store.list({ bucket, prefix, delimiter, limit, after, scope: 'current-objects' });
  return { parameters, page };
}

function pageElements(page: ListPage, { encode }: ListParameters): XmlElement {
  const contents = page.entries.flatMap((entry) =>
    entry.kind === 'version' && entry.version.kind === 'object'
      ? [{ Key: encode(entry.version.key), ...objectElements(entry.version) }]
      : [],
  );
  return { Contents: contents, CommonPrefixes: commonPrefixes(page, encode) };
}

export function commonPrefixes(page: ListPage, encode: (key: string) => string): XmlElement[] {
  return page.entries.flatMap((entry) => (entry.kind === 'prefix' ? [{ Prefix: encode(entry.prefix) }] : []));
}

/** A marker that is a common prefix was the last entry of a page: the whole group lies behind us. */
export function cursorAfterMarker(marker: string, prefix: string, delimiter: string): ListCursor {
  if (marker === '') return listStart;
  return groupOf(marker, prefix, delimiter) === marker ? cursorAfterPrefix(marker) : cursorAfterKey(marker);
}

function parseToken(token: string): ListCursor {
  const key = Buffer.from(token, 'base64url');
  if (key.toString('base64url') !== token) {
    throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
  }
  return { key, sequence: 0 };
}
