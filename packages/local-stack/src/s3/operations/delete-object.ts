import type { Call, S3Service } from '../call.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import type { ObjectAddress } from '../store/objects.ts';
import { versionHeaders, versioningOf } from '../versioning.ts';

export interface Deletion {
  /** Of what was removed or, if that is a delete marker now, of what was added. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
}

export async function deleteObject(call: Call): Promise<S3Response> {
  const versionId = call.request.query.get('versionId') ?? undefined;
  const deletion = await deleteVersion(call.service, call.request, versionId);
  const marker = deletion.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {};
  return emptyResponse(204, { ...marker, ...versionHeaders(deletion.versionId) });
}

/** Deleting what is not there succeeds too. */
export async function deleteVersion(
  service: S3Service,
  { bucket, key }: ObjectAddress,
  versionId: string | undefined,
): Promise<Deletion> {
  const { objects, blobs } = service.store;
  const versioning = versioningOf(service.store, bucket);
  if (versionId === undefined && versioning !== 'never') {
    const { version, orphans } = objects.putDeleteMarker({ bucket, key }, { modifiedAt: service.now(), versioning });
    await blobs.remove(orphans);
    return { versionId: version.versionId, deleteMarker: true };
  }
  const removed = objects.removeVersion({ bucket, key }, versionId ?? 'null');
  await blobs.remove(removed.orphans);
  return { versionId: versionId ?? 'null', deleteMarker: removed.version?.kind === 'delete-marker' };
}
