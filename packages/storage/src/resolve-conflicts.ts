import { setTimeout as pause } from 'node:timers/promises';
import { statusOf } from './errors.ts';

const TRIES = 5;
const FIRST_WAIT_MS = 50;

interface ConflictingWrite<T> {
  /** @throws what the S3 client throws */
  readonly write: () => Promise<T>;
  /** The outcome of the write; undefined if nothing was stored and it can be sent again. */
  readonly lookUp: () => Promise<T | undefined>;
  /** Whether a status leaves the outcome unknown; only 409 by default. */
  readonly isUnclear?: (status: number) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a write, and resolves conflicts that S3 reports with 409 (`ConditionalRequestConflict`, `OperationAborted`): the write met a
 * concurrent request, and possibly neither was stored. Looks up the outcome and sends the write again until one of them is stored.
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
