import { namedAlgorithm } from '../body/declared-body.ts';
import type { Call } from '../call.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { emptyResponse, type S3Response, xmlResponse } from '../response.ts';

export function createMultipartUpload({ request, service }: Call): S3Response {
  const { bucket, key } = request;
  assertSupportedWrite(request.headers);
  // Only validated: each part declares its own checksum.
  const algorithm = request.headers['x-amz-checksum-algorithm'];
  if (algorithm) namedAlgorithm(algorithm);
  const uploadId = service.store.uploads.create({
    bucket,
    key,
    initiatedAt: service.now(),
    headers: storedHeaders(request.headers),
  });
  const headers = { 'x-amz-checksum-algorithm': algorithm?.toUpperCase() };
  return xmlResponse('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }, headers);
}

export async function abortMultipartUpload({ request, service }: Call): Promise<S3Response> {
  const { uploads, blobs } = service.store;
  const { id } = uploads.require(request, request.query.get('uploadId') ?? '');
  await blobs.remove(uploads.remove(id));
  return emptyResponse(204);
}
