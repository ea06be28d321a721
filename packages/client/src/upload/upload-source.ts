import { ImagemillError } from '../errors.ts';

/** A stream can be read only once, and its length is unknown without `size`. */
export interface SizedStream {
  readonly stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Bytes. */
  readonly size: number;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
}

/** What can be uploaded. A string is the path of a file, in Node. */
export type Uploadable = Blob | Uint8Array | ArrayBuffer | SizedStream | string;

export interface UploadSource {
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** Bytes from `start` to `end`, exclusive. Slices of a stream are read in order, each one once. */
  slice(start: number, end: number): Promise<Blob>;
}

/** @throws ImagemillError `unreadable-file`: its message names the path, its cause is Node's own error */
export async function uploadSource(file: Uploadable): Promise<UploadSource> {
  if (typeof file === 'string') return blobSource(await fileAt(file), baseName(file));
  if (file instanceof Blob) return blobSource(file, (file as { name?: string }).name);
  if (file instanceof Uint8Array || file instanceof ArrayBuffer) return blobSource(new Blob([file as ArrayBuffer]));
  return streamSource(file);
}

const blobSource = (blob: Blob, name?: string): UploadSource => ({
  name,
  type: blob.type || undefined,
  size: blob.size,
  slice: async (start, end) => blob.slice(start, end),
});

/** Without an import of Node's modules, for browser bundlers. The file is not loaded: a slice reads its part of it. */
async function fileAt(path: string): Promise<Blob> {
  type FileSystem = {
    openAsBlob(path: string): Promise<Blob>;
    // Of a missing file openAsBlob says neither its path nor why, and a folder it takes for a file.
    promises: { access(path: string, mode: number): Promise<void>; stat(path: string): Promise<{ isFile(): boolean }> };
  };
  type Host = { process?: { getBuiltinModule?(id: string): FileSystem } };
  const fs = (globalThis as Host).process?.getBuiltinModule?.('node:fs');
  if (!fs) throw unreadable('A path can only be uploaded in Node.');
  try {
    const { promises } = fs;
    if (!(await promises.stat(path)).isFile()) throw new Error('it is not a file');
    await promises.access(path, 4);
    return await fs.openAsBlob(path);
  } catch (cause) {
    throw unreadable(`Cannot read ${path}: ${(cause as Error).message}`, cause);
  }
}

const baseName = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function streamSource({ stream, size, name, type }: SizedStream): UploadSource {
  const chunks = chunksOf(stream);
  let rest = new Uint8Array(0);
  let position = 0;

  async function take(length: number): Promise<Uint8Array[]> {
    const taken: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      if (rest.byteLength === 0) {
        const next = await chunks.next();
        if (next.done) throw unreadable(`The stream ended after ${position} of ${size} bytes.`);
        rest = new Uint8Array(next.value);
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.byteLength);
      missing -= piece.byteLength;
      position += piece.byteLength;
      taken.push(piece);
    }
    return taken;
  }

  return {
    name,
    type,
    size,
    async slice(start, end) {
      if (start < position) throw unreadable('A stream cannot be read twice.');
      await take(start - position);
      return new Blob((await take(end - start)) as Uint8Array<ArrayBuffer>[]);
    },
  };
}

/** Safari cannot iterate over a stream. */
async function* chunksOf(stream: SizedStream['stream']): AsyncGenerator<Uint8Array, void, undefined> {
  if (!('getReader' in stream)) return yield* stream;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

const unreadable = (message: string, cause?: unknown) =>
  new ImagemillError(message, { code: 'unreadable-file', cause });
