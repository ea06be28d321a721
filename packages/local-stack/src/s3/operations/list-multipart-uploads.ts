import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import { listParameters, parseLimit } from './list-parameters.ts';

export function listMultipartUploads(call: Call): S3Response {
  const { query } = call.request;
  const { bucket, prefix, delimiter, encode } = listParameters(call);
  if (delimiter !== '')
    throw new S3Error('NotImplemented', { message: 'Uploads are listed without a delimiter only.' });
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
