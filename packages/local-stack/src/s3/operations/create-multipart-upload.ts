import { namedAlgorithm } from '../body/declared-body.ts';
import type { Call } from '../call.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import { parseTagHeader } from '../tags.ts';

export function createMultipartUpload({ request, service }: Call): S3Response {
  const { bucket, key } = request;
  assertSupportedWrite(request.headers);
  const algorithm = request.headers['x-amz-checksum-algorithm'];
  const uploadId = service.store.uploads.create({
    bucket,
    key,
    initiatedAt: service.now(),
    headers: storedHeaders(request.headers),
    tags: parseTagHeader(request.headers['x-amz-tagging']),
    checksumAlgorithm: algorithm ? namedAlgorithm(algorithm) : undefined,
  });
  const headers = { 'x-amz-checksum-algorithm': algorithm?.toUpperCase() };
  return xmlResponse('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }, headers);
}
