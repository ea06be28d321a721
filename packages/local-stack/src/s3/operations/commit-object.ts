import type { S3Service } from '../call.ts';
import { assertWritable } from '../conditions.ts';
import type { EventName } from '../events.ts';
import type { ObjectContent, ObjectVersion } from '../store/object-version.ts';
import type { ObjectAddress } from '../store/objects.ts';
import { versioningOf } from '../versioning.ts';

export interface CommitOptions {
  readonly eventName: EventName;
  /** Where If-Match and If-None-Match may stand. */
  readonly conditions: Readonly<Record<string, string>>;
  /** Further work of the same transaction. */
  readonly within?: () => void;
}

/** Makes a received blob visible as an object, or removes it. */
export async function commitObject(
  service: S3Service,
  address: ObjectAddress,
  content: ObjectContent,
  options: CommitOptions,
): Promise<ObjectVersion> {
  const { version, orphans } = await putOrDiscard(service, address, content, options);
  service.events.publish(options.eventName, address.bucket, version);
  await service.store.blobs.remove(orphans);
  return version;
}

async function putOrDiscard(
  service: S3Service,
  address: ObjectAddress,
  content: ObjectContent,
  options: CommitOptions,
) {
  const { objects, blobs } = service.store;
  try {
    return objects.put(address, content, {
      modifiedAt: service.now(),
      versioning: versioningOf(service.store, address.bucket),
      beforeReplace: (current) => {
        assertWritable(options.conditions, current);
        options.within?.();
      },
    });
  } catch (error) {
    await blobs.remove([content.blob]);
    throw error;
  }
}
