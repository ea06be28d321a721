import { readText } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { emptyResponse, type S3Response } from '../response.ts';

const DOCUMENT_BYTES_MAX = 64 * 1024;

export async function createBucket(call: Call): Promise<S3Response> {
  const { bucket } = call.request;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw new S3Error('InvalidBucketName', { details: { BucketName: bucket } });
  }
  // The body may contain a LocationConstraint, but there is only one location.
  await readText(call, DOCUMENT_BYTES_MAX);
  call.service.store.buckets.create(bucket, call.service.now());
  return emptyResponse(200, { location: `/${bucket}` });
}

export function headBucket(call: Call): S3Response {
  return emptyResponse(200, { 'x-amz-bucket-region': call.service.region });
}
