import type { PutObject } from './object-storage.ts';

/** Begins the names of the headers that carry an object's metadata. */
export const METADATA_HEADER = 'x-amz-meta-';

/** The headers of a PUT, but for those of its body. */
export const putHeaders = ({ contentType, cacheControl, metadata = {}, ifMatch, ifAbsent }: PutObject) => ({
  'content-type': contentType,
  'cache-control': cacheControl,
  ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [METADATA_HEADER + name, value])),
  ...(ifMatch !== undefined && { 'if-match': unquoted(ifMatch) }),
  ...(ifAbsent && { 'if-none-match': '*' }),
});

/** Ceph's gateway accepts the ETag of a conditional PUT only without quotes; other servers accept both. */
export const unquoted = (etag: string) => etag.replaceAll('"', '');
