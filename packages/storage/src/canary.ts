import type { CallOptions } from './call-options.ts';
import { statusOf, storageUnavailable } from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';

const BODY = Buffer.from('imagemill writes and reads this object to test the bucket.\n');

/**
 * Writes and reads a small object, as a worker does with its own objects.
 *
 * @throws StorageError if the bucket does not accept or return it
 */
export async function tryCanary(storage: ObjectStorage, key: string, options?: CallOptions): Promise<void> {
  await storage.put({ key, body: BODY, contentType: 'text/plain', cacheControl: 'no-store' }, options);
  const object = await storage.open(key, options);
  if (!object) throw storageUnavailable(new Error(`The object ${key} is missing although it was just written.`));
  // The body too: it takes another path than the status in some servers.
  for await (const _chunk of object.body);
}

/**
 * Whether the server ignores or does not implement `If-None-Match`, on the object that `tryCanary` has just written.
 *
 * @throws StorageError
 */
export async function lacksConditions(storage: ObjectStorage, key: string): Promise<boolean> {
  try {
    const { outcome } = await storage.put({
      key,
      body: BODY,
      contentType: 'text/plain',
      cacheControl: 'no-store',
      ifAbsent: true,
    });
    return outcome === 'stored';
  } catch (error) {
    if (statusOf((error as Error).cause) === 501) return true;
    throw error;
  }
}
