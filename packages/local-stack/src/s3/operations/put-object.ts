import { checksumHeaders } from '../body/checksums.ts';
import { receiveBlob } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { parseTagHeader } from '../tags.ts';
import { versionHeaders } from '../versioning.ts';
import { commitObject } from './commit-object.ts';

export async function putObject(call: Call): Promise<S3Response> {
  const { request, service } = call;
  assertSupportedWrite(request.headers);
  const headers = storedHeaders(request.headers);
  const tags = parseTagHeader(request.headers['x-amz-tagging']);
  const { blob, size, md5Hex: etag, checksum } = await receiveBlob(call);
  const content = { blob, size, etag, checksum, headers, tags };
  const options = { eventName: 'ObjectCreated:Put', conditions: request.headers } as const;
  return emptyResponse(200, writtenHeaders(await commitObject(service, request, content, options)));
}

export function writtenHeaders(version: ObjectVersion): Record<string, string> {
  return { etag: `"${version.etag}"`, ...checksumHeaders(version.checksum), ...versionHeaders(version.versionId) };
}
