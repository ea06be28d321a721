import { readText } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { parseCors } from '../cors.ts';
import { parsePolicy } from '../policy.ts';
import { emptyResponse, type S3Response } from '../response.ts';

const DOCUMENT_BYTES_MAX = 64 * 1024;

// Documents are stored unchanged and parsed again when used. Parsing here only rejects invalid ones.

export async function putBucketCors(call: Call): Promise<S3Response> {
  const document = await readText(call, DOCUMENT_BYTES_MAX);
  parseCors(document);
  call.service.store.buckets.saveSetting(call.request.bucket, 'cors', document);
  return emptyResponse(200);
}

export async function putBucketPolicy(call: Call): Promise<S3Response> {
  const { bucket } = call.request;
  const document = await readText(call, DOCUMENT_BYTES_MAX);
  parsePolicy(bucket, document);
  call.service.store.buckets.saveSetting(bucket, 'policy', document);
  return emptyResponse(204);
}
