import type { ObjectStorage } from '@imagemill/storage';
import pLimit from 'p-limit';

const DELETES_AT_ONCE = 8;

/** Deletes all objects under a prefix. @returns how many there were @throws StorageError */
export async function deleteFolder(storage: ObjectStorage, prefix: string, signal: AbortSignal): Promise<number> {
  const slot = pLimit(DELETES_AT_ONCE);
  let deleted = 0;
  let startAfter: string | undefined;
  do {
    const { objects, nextAfter } = await storage.list({ prefix, startAfter, signal });
    await Promise.all(objects.map(({ key }) => slot(() => storage.delete(key, { signal }))));
    deleted += objects.length;
    startAfter = nextAfter;
  } while (startAfter !== undefined);
  return deleted;
}
