import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { ListCursor, ListPage } from '../store/listing.ts';
import type { DeleteMarker, ObjectVersion } from '../store/object-version.ts';
import type { XmlElement } from '../xml.ts';
import { commonPrefixes, cursorAfterMarker } from './list-objects.ts';
import { listParameters, objectElements } from './list-parameters.ts';

export function listObjectVersions(call: Call): S3Response {
  const { bucket, prefix, delimiter, limit, encode, echo } = listParameters(call);
  const keyMarker = call.request.query.get('key-marker') ?? '';
  const after = cursorAfterVersion(call, keyMarker, prefix, delimiter);
  const page = call.service.store.list({ bucket, prefix, delimiter, limit, after, scope: 'all-versions' });
  const versions = page.entries.flatMap((entry) => (entry.kind === 'version' ? [entry.version] : []));
  return xmlResponse('ListVersionsResult', {
    ...echo,
    KeyMarker: encode(keyMarker),
    IsTruncated: page.next !== undefined,
    ...nextMarkers(page, encode),
    Version: versions.filter((version) => version.kind === 'object').map((version) => versionElements(version, encode)),
    DeleteMarker: versions
      .filter((version) => version.kind === 'delete-marker')
      .map((marker) => markerElements(marker, encode)),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

function cursorAfterVersion(call: Call, keyMarker: string, prefix: string, delimiter: string): ListCursor {
  const cursor = cursorAfterMarker(keyMarker, prefix, delimiter);
  const versionMarker = call.request.query.get('version-id-marker');
  if (!versionMarker) return cursor;
  const version = call.service.store.objects.version({ bucket: call.request.bucket, key: keyMarker }, versionMarker);
  if (!version) throw new S3Error('InvalidArgument', { message: 'Invalid version id specified' });
  return { key: cursor.key, sequence: version.sequence };
}

function nextMarkers(page: ListPage, encode: (key: string) => string): XmlElement {
  const last = page.entries.at(-1);
  if (!page.next || !last) return {};
  if (last.kind === 'prefix') return { NextKeyMarker: encode(last.prefix) };
  return { NextKeyMarker: encode(last.version.key), NextVersionIdMarker: last.version.versionId };
}

function versionElements(version: ObjectVersion, encode: (key: string) => string): XmlElement {
  return { ...markerElements(version, encode), ...objectElements(version) };
}

function markerElements(version: ObjectVersion | DeleteMarker, encode: (key: string) => string): XmlElement {
  return {
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: version.isLatest,
    LastModified: version.modifiedAt.toISOString(),
  };
}
