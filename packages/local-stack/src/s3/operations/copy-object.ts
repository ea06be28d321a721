import { checksumElements } from '../body/checksums.ts';
import type { DeclaredChecksum } from '../body/declared-body.ts';
import { namedAlgorithm } from '../body/declared-body.ts';
import { receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { ObjectVersion, Tag } from '../store/object-version.ts';
import { parseTagHeader } from '../tags.ts';
import { versionHeaders } from '../versioning.ts';
import { commitObject } from './commit-object.ts';
import { locateCopySource } from './copy-source.ts';

export async function copyObject(call: Call): Promise<S3Response> {
  const { request, service } = call;
  assertSupportedWrite(request.headers);
  const { source, version } = locateCopySource(call);
  const replacesHeaders = directive(call, 'x-amz-metadata-directive') === 'REPLACE';
  const ontoItself = source.bucket === request.bucket && source.key === request.key && source.versionId === undefined;
  if (ontoItself && !replacesHeaders) {
    throw new S3Error('InvalidRequest', { message: 'This copy of an object onto itself would change nothing.' });
  }
  const headers = replacesHeaders ? storedHeaders(request.headers) : version.headers;
  const declared = {
    length: version.size,
    md5: undefined,
    sha256Hex: undefined,
    checksum: wantedChecksum(call, version),
  };
  const bytes = service.store.blobs.read(version.blob);
  const copy = await receiveBlobFrom(bytes, declared, { max: service.maxObjectBytes }, service.store.blobs);
  const { blob, size, md5Hex: etag, checksum } = copy;
  const content = { blob, size, etag, checksum, headers, tags: tagsOfCopy(call, version) };
  const options = { eventName: 'ObjectCreated:Copy', conditions: request.headers } as const;
  const written = await commitObject(service, request, content, options);
  return xmlResponse('CopyObjectResult', copyResult(written), versionHeaders(written.versionId));
}

export function copyResult(copy: Pick<ObjectVersion, 'etag' | 'modifiedAt' | 'checksum'>) {
  return { LastModified: copy.modifiedAt.toISOString(), ETag: `"${copy.etag}"`, ...checksumElements(copy.checksum) };
}

function tagsOfCopy(call: Call, version: ObjectVersion): readonly Tag[] {
  const replaces = directive(call, 'x-amz-tagging-directive') === 'REPLACE';
  return replaces ? parseTagHeader(call.request.headers['x-amz-tagging']) : version.tags;
}

function directive(call: Call, name: string): 'COPY' | 'REPLACE' {
  const value = call.request.headers[name] ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw new S3Error('InvalidArgument', { message: `${name} must be COPY or REPLACE.` });
}

/** The algorithm asked for, or else the source's. */
function wantedChecksum(call: Call, version: ObjectVersion): DeclaredChecksum | undefined {
  const asked = call.request.headers['x-amz-checksum-algorithm'];
  const algorithm = asked ? namedAlgorithm(asked) : version.checksum?.algorithm;
  return algorithm && { algorithm, value: undefined };
}
