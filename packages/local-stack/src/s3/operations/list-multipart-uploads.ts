import type { Call } from '../call.ts';
import { notImplemented } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import { parseLimit, parseListRequest } from './list-query.ts';

export function listMultipartUploads(call: Call): S3Response {
  const { query } = call.request;
  const { bucket, prefix, delimiter, encode } = parseListRequest(call);
  if (delimiter !== '') throw notImplemented('A listing of uploads with a delimiter');
  const limit = parseLimit(query, 'max-uploads');
  const afterKey = query.get('key-marker') ?? '';
  const afterId = query.get('upload-id-marker') ?? '';
  const found = call.service.store.uploads.list({ bucket, prefix, afterKey, afterId, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(afterKey),
    UploadIdMarker: afterId,
    MaxUploads: limit,
    IsTruncated: found.length > page.length,
    ...(found.length > page.length && last && { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.id }),
    Upload: page.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: upload.initiatedAt.toISOString(),
      StorageClass: 'STANDARD',
    })),
  });
}
