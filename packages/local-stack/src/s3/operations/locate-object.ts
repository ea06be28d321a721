import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import type { ObjectAddress } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { versionHeaders } from '../versioning.ts';

/** The object that the request names, in the version it names. */
export function locateRequested(call: Call): ObjectVersion {
  return locateObject(call.service.store, call.request, call.request.query.get('versionId') ?? undefined);
}

export function locateObject(store: Store, address: ObjectAddress, versionId: string | undefined): ObjectVersion {
  const { bucket, key } = address;
  const version =
    versionId === undefined ? store.objects.latest({ bucket, key }) : store.objects.version(address, versionId);
  if (!version) {
    if (versionId !== undefined) throw new S3Error('NoSuchVersion', { details: { Key: key, VersionId: versionId } });
    throw new S3Error('NoSuchKey', { details: { Key: key } });
  }
  if (version.kind === 'object') return version;
  const headers = { 'x-amz-delete-marker': 'true', ...versionHeaders(version.versionId) };
  throw new S3Error(versionId === undefined ? 'NoSuchKey' : 'MethodNotAllowed', { details: { Key: key }, headers });
}
