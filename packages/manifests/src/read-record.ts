import { UnreadableError } from '@imagemill/errors';
import type { ObjectStorage } from '@imagemill/storage';

interface RecordKind<T> {
  /** Error code for a record that cannot be parsed. */
  readonly code: `unreadable-${string}`;
  readonly parse: (json: unknown) => T;
}

/**
 * A small JSON object, parsed, with its ETag; undefined if the object does not exist.
 *
 * @throws StorageError
 * @throws UnreadableError if it is truncated, or has a version that this process does not support
 */
export async function readRecord<T>(
  storage: ObjectStorage,
  key: string,
  { code, parse }: RecordKind<T>,
  options?: { signal?: AbortSignal },
): Promise<{ readonly record: T; readonly etag: string } | undefined> {
  const object = await storage.open(key, options);
  if (!object) return undefined;
  const text = Buffer.concat(await Array.fromAsync(object.body)).toString('utf8');
  try {
    return { record: parse(JSON.parse(text)), etag: object.facts.etag };
  } catch (error) {
    throw new UnreadableError(code, error);
  }
}
