import type { S3Service } from '../call.ts';
import { assertWritable } from '../conditions.ts';
import type { EventName } from '../events.ts';
import type { ObjectAddress, ObjectContent, StoredObject } from '../store/stored-object.ts';

export interface CommitOptions {
  readonly eventName: EventName;
  /** Headers that may contain If-Match and If-None-Match. */
  readonly conditions: Readonly<Record<string, string>>;
  /** Additional work in the same transaction. */
  readonly within?: () => void;
}

/** Makes a received blob visible as an object, or deletes it. @throws S3Error if a condition fails */
export async function commitObject(
  service: S3Service,
  address: ObjectAddress,
  content: ObjectContent,
  options: CommitOptions,
): Promise<StoredObject> {
  const { object, orphans } = await putOrDiscard(service, address, content, options);
  service.events.publish(options.eventName, address.bucket, object);
  await service.store.blobs.remove(orphans);
  return object;
}

async function putOrDiscard(
  service: S3Service,
  address: ObjectAddress,
  content: ObjectContent,
  { conditions, within }: CommitOptions,
) {
  const { objects, blobs } = service.store;
  try {
    return objects.put(address, content, {
      modifiedAt: service.now(),
      beforeReplace: (current) => {
        assertWritable(conditions, current);
        within?.();
      },
    });
  } catch (error) {
    await blobs.remove([content.blob]);
    throw error;
  }
}
