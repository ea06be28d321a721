import { setTimeout as pause } from 'node:timers/promises';
import { statusOf } from './errors.ts';

const TRIES = 5;
const FIRST_WAIT_MS = 50;

interface ConflictingWrite<T> {
  /** @throws what the S3 client throws */
  readonly write: () => Promise<T>;
  /** What has become of the write; undefined where nothing has, and it may be sent again. */
  readonly lookUp: () => Promise<T | undefined>;
  /** Whether a status leaves open what has been stored; 409 alone if not given. */
  readonly isUnclear?: (status: number) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a write that S3 answers with 409 (`ConditionalRequestConflict`, `OperationAborted`): it met another request, and it
 * may be that neither was stored. The storage is looked at, and the write is sent again until one has been.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws the last conflict, and every other error of `write` and `lookUp`
 */
export async function resolveConflicts<T>(conflicting: ConflictingWrite<T>): Promise<T> {
  const { write, lookUp, isUnclear = (status) => status === 409, signal } = conflicting;
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isUnclear(statusOf(error) ?? 0)) throw error;
      const outcome = await lookUp();
      if (outcome !== undefined) return outcome;
      if (tries === TRIES) throw error;
    }
    await pause(FIRST_WAIT_MS * 2 ** tries * Math.random(), undefined, signal && { signal });
  }
}
