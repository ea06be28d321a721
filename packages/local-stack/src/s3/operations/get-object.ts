import { checksumHeaders } from '../body/checksums.ts';
import type { Call } from '../call.ts';
import { evaluateRead } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { parseRange } from '../ranges.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import type { ByteRange } from '../store/blobs.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** GET and HEAD: they differ only in the body. */
export function getObject(call: Call): S3Response {
  const { headers, method } = call.request;
  const object = requestedObject(call);
  const described = { ...object.headers, ...validators(object) };
  if (evaluateRead(headers, object) === 'not-modified') return emptyResponse(304, described);
  const range = parseRange(headers.range, object.size);
  return {
    status: range ? 206 : 200,
    headers: { ...described, ...extentHeaders(object, range), ...checksumsIfWanted(call, object, range) },
    ...(method === 'GET' && { body: call.service.store.blobs.read(object.blob, range) }),
  };
}

/** The policy lets no anonymous caller list keys: the response must not reveal which ones are missing. */
function requestedObject({ request, caller, service }: Call): StoredObject {
  const object = service.store.objects.find(request);
  if (object) return object;
  throw caller === 'owner' ? new S3Error('NoSuchKey', { details: { Key: request.key } }) : new S3Error('AccessDenied');
}

function validators(object: StoredObject): Record<string, string> {
  return { etag: `"${object.etag}"`, 'last-modified': object.modifiedAt.toUTCString(), 'accept-ranges': 'bytes' };
}

function extentHeaders(object: StoredObject, range: ByteRange | undefined): Record<string, string> {
  if (!range) return { 'content-length': String(object.size) };
  return {
    'content-length': String(range.end - range.start + 1),
    'content-range': `bytes ${range.start}-${range.end}/${object.size}`,
  };
}

/** Omitted for a range: the client would compare the checksum of the whole object with the part. */
function checksumsIfWanted(call: Call, object: StoredObject, range: ByteRange | undefined): Record<string, string> {
  const wanted = call.request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
  return wanted && !range ? checksumHeaders(object.checksum) : {};
}
