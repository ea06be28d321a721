import type { Readable } from 'node:stream';
import { toStorageError } from './errors.ts';
import type { ObjectBody } from './object-storage.ts';

/** Slower bodies count as hanging: the client's own limit is only for the time between two chunks. */
const BYTES_PER_SECOND_MIN = 64 * 1024;
const BODY_MS_MIN = 20_000;

/**
 * The bytes of an object. A connection that breaks during the body is also a StorageError, and so is a body that takes too long. The time
 * begins now, and a reader that leaves before the first chunk closes the connection too: a body that nobody reads would hold it forever.
 */
export function objectBody(body: Readable, sizeBytes: number, signal?: AbortSignal): ObjectBody {
  endInTime(body, sizeBytes, signal);
  // Its reader gets the error, if there is one.
  body.on('error', () => {});
  const chunks = chunksOf(body);
  return {
    // Node copies each part of a body from the socket's buffer.
    hasOwnChunks: true,
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      return() {
        body.destroy();
        return chunks.return(undefined);
      },
    }),
  };
}

/**
 * Breaks off a body that takes longer than this size may.
 *
 * Not with `AbortSignal.timeout`, which cannot be cleared: for each body that was read in time, it makes an error later.
 */
export function endInTime(body: Readable, sizeBytes: number, signal?: AbortSignal): void {
  const msMax = BODY_MS_MIN + Math.ceil((sizeBytes / BYTES_PER_SECOND_MIN) * 1000);
  const end = (cause?: unknown) => body.destroy(new Error('The body of an object was not read to its end.', { cause }));
  const abort = () => end(signal?.reason);
  const timer = setTimeout(end, msMax).unref();
  body.once('close', () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  });
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw toStorageError(error);
  }
}
