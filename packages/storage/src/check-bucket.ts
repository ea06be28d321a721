import { randomUUID } from 'node:crypto';
import { isForbidden, StorageError, statusOf } from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';

/**
 * Checks that a bucket exists and, for processes that write to it, that an object can be stored.
 *
 * @returns one sentence per problem
 */
export async function checkBucket(storage: ObjectStorage, { write }: { write: boolean }): Promise<readonly string[]> {
  try {
    await storage.probe();
    if (!write) return [];
    const key = `startup-checks/${randomUUID()}`;
    await storage.put({ key, body: new Uint8Array(), contentType: 'text/plain', cacheControl: 'no-store' });
    await storage.delete(key);
    return [];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.name})` : '';
    return [`${error.message}${cause} ${hint(error.cause)}`];
  }
}

function hint(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'CredentialsProviderError') {
    return 'Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or run with a role that the AWS SDK can find.';
  }
  return isForbidden(statusOf(cause))
    ? 'Check the permissions of S3_ACCESS_KEY_ID, and S3_REGION.'
    : 'Check that the bucket exists and that S3_ENDPOINT is reachable.';
}
