import type { ObjectStorage } from '@imagemill/storage';

/** When an image's object was written; undefined when it has none. */
export type WrittenAt<Image> = (image: Image) => Date | undefined;

/**
 * When the objects of some images were written. It lists the range of keys that holds all of them: one call for each
 * thousand keys in that range, where asking for each object would cost one call an image. So the images must be neighbours
 * in the order of these keys.
 *
 * @returns answers for these images alone
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
  // Everything after the first key without its last character: the first key itself is among them.
  let startAfter: string | undefined = first.slice(0, -1);
  while (startAfter !== undefined && startAfter < last) {
    const { objects, nextAfter } = await storage.list({ prefix, startAfter, signal });
    for (const { key, modifiedAt } of objects) if (wanted.has(key)) found.set(key, modifiedAt);
    startAfter = nextAfter;
  }
  return (image) => found.get(keyOf(image));
}
