import { randomUUID } from 'node:crypto';
import { createReadStream, openSync, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ByteRange {
  readonly start: number;
  /** The last byte, as in HTTP. */
  readonly end: number;
}

export interface IncomingBlob {
  /** Gives the blob its lasting place and returns its name. */
  keep(): Promise<string>;
  discard(): Promise<void>;
}

/**
 * Files of bytes with random names: no key ever becomes part of a path. A blob is written aside, moved into place when
 * complete, and never changed; it can be seen only once a row of the database refers to it.
 */
export class Blobs {
  readonly #incomingDir: string;
  readonly #keptDir: string;

  private constructor(dataDir: string) {
    this.#incomingDir = join(dataDir, 'incoming');
    this.#keptDir = join(dataDir, 'blobs');
  }

  static async open(dataDir: string): Promise<Blobs> {
    const blobs = new Blobs(dataDir);
    // What a crash left behind is of no use to anybody.
    await rm(blobs.#incomingDir, { recursive: true, force: true });
    await mkdir(blobs.#incomingDir, { recursive: true });
    await mkdir(blobs.#keptDir, { recursive: true });
    return blobs;
  }

  async receive(chunks: AsyncIterable<Buffer>): Promise<IncomingBlob> {
    const name = randomUUID();
    const path = join(this.#incomingDir, name);
    const discard = () => rm(path, { force: true });
    try {
      const file = await open(path, 'wx');
      try {
        await writeFile(file, chunks);
      } finally {
        await file.close();
      }
    } catch (error) {
      await discard();
      throw error;
    }
    return { keep: () => this.#keep(path, name), discard };
  }

  /** Opens at once, not in a later tick: whoever removes the blob afterwards cannot take it away from this reader. */
  read(name: string, range?: ByteRange): ReadStream {
    return createReadStream('', { fd: openSync(this.#pathOf(name), 'r'), ...range });
  }

  async remove(names: Iterable<string>): Promise<void> {
    for (const name of names) await rm(this.#pathOf(name), { force: true });
  }

  /** Removes blobs that no row came to refer to before a crash. */
  async removeAllBut(names: ReadonlySet<string>): Promise<void> {
    const files = await readdir(this.#keptDir, { recursive: true, withFileTypes: true });
    await this.remove(files.filter((file) => file.isFile() && !names.has(file.name)).map((file) => file.name));
  }

  async #keep(path: string, name: string): Promise<string> {
    await mkdir(this.#folderOf(name), { recursive: true });
    await rename(path, this.#pathOf(name));
    return name;
  }

  #folderOf(name: string): string {
    return join(this.#keptDir, name.slice(0, 2));
  }

  #pathOf(name: string): string {
    return join(this.#folderOf(name), name);
  }
}
