import { open, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** nginx writes `\nKEY: …\n` after a binary header of less than 600 bytes; our keys are shorter than 400. */
const HEAD_BYTES = 1_024;

/**
 * Deletes what nginx has cached of these images, under all their URLs. nginx opens a cached file by its path: without the file, the
 * next request is a miss. Reads the head of every file in the cache, which takes seconds for 100,000 files.
 *
 * @param cacheDir CACHE_DIR of imagemill.conf.template
 * @returns the number of deleted files
 */
export async function deleteCached(cacheDir: string, imageIds: ReadonlySet<string>): Promise<number> {
  let deleted = 0;
  const head = Buffer.alloc(HEAD_BYTES);
  for await (const entry of await opendir(cacheDir, { recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const imageId = await imageOf(path, head);
    if (imageId === undefined || !imageIds.has(imageId)) continue;
    await rm(path, { force: true });
    deleted++;
  }
  return deleted;
}

async function imageOf(path: string, head: Buffer): Promise<string | undefined> {
  // nginx may have removed the file in the meantime.
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const text = head.toString('latin1', 0, bytesRead);
    return /\nKEY: \/images\/(?:[0-9a-f]{2}\/)?([0-9a-f-]{36})(?=[/? ])/.exec(text)?.[1];
  } finally {
    await file.close();
  }
}
