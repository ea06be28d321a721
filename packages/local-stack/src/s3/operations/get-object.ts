import { checksumHeaders } from '../body/checksums.ts';
import type { Call } from '../call.ts';
import { evaluateRead, readConditions } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { assertSendable } from '../object-headers.ts';
import { bucketArn, isPubliclyAllowed } from '../policy.ts';
import { parseRange } from '../ranges.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import type { ByteRange } from '../store/blobs.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { versionHeaders } from '../versioning.ts';
import { locateRequested } from './locate-object.ts';

/** GET and HEAD, which differ only in the body. */
export function getObject(call: Call): S3Response {
  const { headers, query, method } = call.request;
  const overrides = responseOverrides(query);
  if (call.caller.kind === 'anonymous') assertAnonymousRead(query);
  const version = locateReadable(call);
  const described = { ...version.headers, ...overrides, ...validators(version), ...versionHeaders(version.versionId) };
  if (evaluateRead(readConditions(headers), version) === 'not-modified') return emptyResponse(304, described);
  const range = parseRange(headers.range, version.size);
  return {
    status: range ? 206 : 200,
    headers: { ...described, ...extentHeaders(version, range), ...checksumsIfWanted(call, version, range) },
    ...(method === 'GET' && { body: call.service.store.blobs.read(version.blob, range) }),
  };
}

/** Who may not list a bucket shall not find out either which keys it lacks. */
function locateReadable(call: Call): ObjectVersion {
  try {
    return locateRequested(call);
  } catch (error) {
    if (call.caller.kind === 'owner' || !(error instanceof S3Error) || error.code !== 'NoSuchKey') throw error;
    const { bucket } = call.request;
    const policy = call.service.store.buckets.setting(bucket, 'policy');
    throw isPubliclyAllowed(policy, 's3:ListBucket', bucketArn(bucket)) ? error : new S3Error('AccessDenied');
  }
}

function assertAnonymousRead(query: URLSearchParams): void {
  if (query.has('versionId')) throw new S3Error('AccessDenied');
  if ([...query.keys()].some((name) => name.startsWith('response-'))) {
    throw new S3Error('InvalidRequest', { message: 'Request specific response headers cannot be used anonymously.' });
  }
}

function responseOverrides(query: URLSearchParams): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const [name, value] of query) {
    const header = /^response-(cache-control|content-(?:disposition|encoding|language|type)|expires)$/.exec(name)?.[1];
    if (header) overrides[header] = value;
  }
  assertSendable(overrides);
  return overrides;
}

function validators(version: ObjectVersion): Record<string, string> {
  return {
    etag: `"${version.etag}"`,
    'last-modified': version.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
    ...(version.tags.length > 0 && { 'x-amz-tagging-count': String(version.tags.length) }),
  };
}

function extentHeaders(version: ObjectVersion, range: ByteRange | undefined): Record<string, string> {
  if (!range) return { 'content-length': String(version.size) };
  return {
    'content-length': String(range.end - range.start + 1),
    'content-range': `bytes ${range.start}-${range.end}/${version.size}`,
  };
}

/** Not with a range: the client would hold the checksum of the whole against the part. */
function checksumsIfWanted(call: Call, version: ObjectVersion, range: ByteRange | undefined): Record<string, string> {
  const wanted = call.request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
  return wanted && !range ? checksumHeaders(version.checksum) : {};
}
