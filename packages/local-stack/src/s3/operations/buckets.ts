import { readText } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { emptyResponse, type S3Response, xmlResponse } from '../response.ts';

const configurationBytesMax = 64 * 1024;

export function listBuckets(call: Call): S3Response {
  const buckets = call.service.store.buckets.list();
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: { ID: call.service.accessKeyId, DisplayName: call.service.accessKeyId },
    Buckets: { Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt.toISOString() })) },
  });
}

export async function createBucket(call: Call): Promise<S3Response> {
  const { bucket } = call.request;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw new S3Error('InvalidBucketName', { details: { BucketName: bucket } });
  }
  // A LocationConstraint may stand in the body. There is one place only.
  await readText(call, configurationBytesMax);
  call.service.store.buckets.create(bucket, call.service.now());
  return emptyResponse(200, { location: `/${bucket}` });
}

export function headBucket(call: Call): S3Response {
  return emptyResponse(200, { 'x-amz-bucket-region': call.service.region });
}

export async function deleteBucket(call: Call): Promise<S3Response> {
  const { buckets, blobs } = call.service.store;
  await blobs.remove(buckets.remove(call.request.bucket));
  return emptyResponse(204);
}

export function getBucketLocation(call: Call): S3Response {
  const { region } = call.service;
  return xmlResponse('LocationConstraint', { '#text': region === 'us-east-1' ? '' : region });
}
