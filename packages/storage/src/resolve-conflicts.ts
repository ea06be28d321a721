import { setTimeout as pause } from 'node:timers/promises';
import { statusOf } from './errors.ts';

const TRIES = 5;
const FIRST_WAIT_MS = 50;

interface ConflictingWrite<T> {
  /** @throws what the S3 client throws */
  readonly write: () => Promise<T>;
  /** What has become of the write; undefined where nothing has, and it may be sent again. */
  readonly lookUp: () => Promise<T | undefined>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a write that S3 answers with 409 (`ConditionalRequestConflict`, `OperationAborted`): it met another request, and it
 * may be that neither was stored. The storage is looked at, and the write is sent again until one has been.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws the last conflict, and every other error of `write` and `lookUp`
 */
export async function resolveConflicts<T>({ write, lookUp, signal }: ConflictingWrite<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      const outcome = await lookUp();
      if (outcome !== undefined) return outcome;
      if (tries === TRIES) throw error;
    }
    await pause(FIRST_WAIT_MS * 2 ** tries * Math.random(), undefined, signal && { signal });
  }
}
