import { randomUUID } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
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
 * Files with random names: a key never becomes part of a path. A blob is written to a temporary file, moved into place when
 * complete, and never changed. It becomes visible when a database row refers to it.
 */
export interface Blobs {
  receive(chunks: AsyncIterable<Buffer>): Promise<IncomingBlob>;
  read(name: string, range?: ByteRange): Readable;
  remove(names: Iterable<string>): Promise<void>;
  /** Deletes orphaned blobs after a crash: those without a row. */
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
        mkdirSync(folderOf(name), { recursive: true });
        renameSync(path, pathOf(name));
        return name;
      };
      return { keep, discard };
    },
    // Opened in the same tick: deleting the blob afterwards does not affect this reader.
    read: (name, range) => createReadStream('', { fd: openSync(pathOf(name), 'r'), ...range }),
    remove,
    async removeAllBut(names) {
      const files = await readdir(keptDir, { recursive: true, withFileTypes: true });
      await remove(files.filter((file) => file.isFile() && !names.has(file.name)).map((file) => file.name));
    },
  };
}

/** Synchronous calls: to pass each one to a thread takes more CPU than the call itself, which ends in the page cache. */
async function writeNew(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    for await (const chunk of chunks) writeFileSync(file, chunk);
  } finally {
    closeSync(file);
  }
}
