import type { ObjectStorage } from '@imagemill/storage';

export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/** When each image's object was written, of those under a prefix whose ids are in a range. */
export type WrittenAt = ReadonlyMap<string, Date>;

/**
 * The images of a range that have an object right under a prefix, which ends with a slash: `<prefix><image id>…`. Listing
 * a range costs one call a thousand, where asking for each image would cost one call an image.
 *
 * @throws StorageError
 */
export async function idsBetween(
  storage: ObjectStorage,
  prefix: string,
  { first, last }: IdRange,
  signal: AbortSignal,
): Promise<WrittenAt> {
  const found = new Map<string, Date>();
  // A key of the first image begins with this, and so comes after it.
  let startAfter: string | undefined = `${prefix}${first}`;
  while (startAfter !== undefined) {
    const { objects, nextAfter } = await storage.list({ prefix, startAfter, signal });
    for (const { key, modifiedAt } of objects) {
      const id = key.slice(prefix.length, prefix.length + first.length);
      if (id > last) return found;
      found.set(id, modifiedAt);
    }
    startAfter = nextAfter;
  }
  return found;
}

/** The smallest range that holds all ids, of which there is at least one. */
export function rangeOf(ids: readonly string[]): IdRange {
  const sorted = ids.toSorted();
  return { first: sorted[0] ?? '', last: sorted.at(-1) ?? '' };
}
