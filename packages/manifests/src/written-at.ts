import type { ObjectStorage } from '@imagemill/storage';

/** When an image's object was written; undefined if the object does not exist. */
export type WrittenAt<Image> = (image: Image) => Date | undefined;

/**
 * When the objects of some images were written. Lists the range of keys that contains all of them: one call per thousand
 * keys in the range, instead of one HEAD request per image. The images must therefore be adjacent in the order of these keys.
 *
 * @returns a lookup for these images only
 * @throws StorageError
 */
export async function writtenAt<Image>(
  storage: ObjectStorage,
  images: readonly Image[],
  keyOf: (image: Image) => string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<WrittenAt<Image>> {
  const keys = images.map(keyOf).toSorted();
  const wanted = new Set(keys);
  const [first = '', last = ''] = [keys[0], keys.at(-1)];
  const found = new Map<string, Date>();
  const prefix = first.slice(0, first.indexOf('/') + 1);
  // The first key without its last character sorts just before it: the listing includes the first key.
  let startAfter: string | undefined = first.slice(0, -1);
  while (startAfter !== undefined && startAfter < last) {
    const { objects, nextAfter } = await storage.list({ prefix, startAfter, signal });
    for (const { key, modifiedAt } of objects) if (wanted.has(key)) found.set(key, modifiedAt);
    startAfter = nextAfter;
  }
  return (image) => found.get(keyOf(image));
}
