import { addAbortSignal, type Readable } from 'node:stream';
import { toStorageError } from './errors.ts';

/** Slower bodies count as hanging: the client's own limit is only for the time between two chunks. */
const BYTES_PER_SECOND_MIN = 64 * 1024;
const BODY_MS_MIN = 20_000;

/** The bytes of an object. A connection that breaks during the body is also a StorageError, and so is a body that takes too long. */
export async function* objectBody(body: Readable, sizeBytes: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const inTime = AbortSignal.timeout(BODY_MS_MIN + Math.ceil((sizeBytes / BYTES_PER_SECOND_MIN) * 1000));
  addAbortSignal(signal ? AbortSignal.any([signal, inTime]) : inTime, body);
  try {
    yield* body;
  } catch (error) {
    throw toStorageError(error);
  }
}
