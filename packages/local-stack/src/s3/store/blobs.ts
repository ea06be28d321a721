import { randomUUID } from 'node:crypto';
import { createReadStream, openSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface ByteRange {
  readonly start: number;
  /** The last byte, as in HTTP. */
  readonly end: number;
}

interface IncomingBlob {
  /** Moves the blob into place and returns its name. */
  keep(): Promise<string>;
  discard(): Promise<void>;
}

/**
 * Files of bytes with random names: no key ever becomes part of a path. A blob is written aside, moved into place when
 * complete, and never changed. It is visible only once a row of the database refers to it.
 */
export interface Blobs {
  receive(chunks: AsyncIterable<Buffer>): Promise<IncomingBlob>;
  read(name: string, range?: ByteRange): Readable;
  remove(names: Iterable<string>): Promise<void>;
  /** Removes the blobs that a crash left without a row. */
  removeAllBut(names: ReadonlySet<string>): Promise<void>;
}

export async function openBlobs(dataDir: string): Promise<Blobs> {
  const incomingDir = join(dataDir, 'incoming');
  const keptDir = join(dataDir, 'blobs');
  const folderOf = (name: string) => join(keptDir, name.slice(0, 2));
  const pathOf = (name: string) => join(folderOf(name), name);

  // Uploads that a crash interrupted.
  await rm(incomingDir, { recursive: true, force: true });
  await mkdir(incomingDir, { recursive: true });
  await mkdir(keptDir, { recursive: true });

  async function remove(names: Iterable<string>): Promise<void> {
    for (const name of names) await rm(pathOf(name), { force: true });
  }

  return {
    async receive(chunks) {
      const name = randomUUID();
      const path = join(incomingDir, name);
      const discard = () => rm(path, { force: true });
      try {
        await writeNew(path, chunks);
      } catch (error) {
        await discard();
        throw error;
      }
      const keep = async () => {
        await mkdir(folderOf(name), { recursive: true });
        await rename(path, pathOf(name));
        return name;
      };
      return { keep, discard };
    },
    // Opened at once, not in a later tick: removing the blob afterwards does not disturb this reader.
    read: (name, range) => createReadStream('', { fd: openSync(pathOf(name), 'r'), ...range }),
    remove,
    async removeAllBut(names) {
      const files = await readdir(keptDir, { recursive: true, withFileTypes: true });
      await remove(files.filter((file) => file.isFile() && !names.has(file.name)).map((file) => file.name));
    },
  };
}

async function writeNew(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeFile(file, chunks);
  } finally {
    await file.close();
  }
}
