import { addAbortSignal, type Readable } from 'node:stream';
import { toStorageError } from './errors.ts';

/** Slower bodies count as hanging: the client's own limit is only for the time between two chunks. */
const BYTES_PER_SECOND_MIN = 64 * 1024;
const BODY_MS_MIN = 20_000;

/**
 * The bytes of an object. A connection that breaks during the body is also a StorageError, and so is a body that takes too long. The time
 * begins now, and a reader that leaves before the first chunk closes the connection too: a body that nobody reads would hold it for ever.
 */
export function objectBody(body: Readable, sizeBytes: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const inTime = AbortSignal.timeout(BODY_MS_MIN + Math.ceil((sizeBytes / BYTES_PER_SECOND_MIN) * 1000));
  addAbortSignal(signal ? AbortSignal.any([signal, inTime]) : inTime, body);
  // Its reader gets the error, if there is one.
  body.on('error', () => {});
  const chunks = chunksOf(body);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      return() {
        body.destroy();
        return chunks.return(undefined);
      },
    }),
  };
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw toStorageError(error);
  }
}
