import { ImagemillError } from '../errors.ts';
import type { NetworkPatience } from './network-patience.ts';
import { pause } from './pause.ts';

const FIRST_WAIT_MS = 300;
const WAIT_MS_MAX = 10_000;
/** A longer wait is for the caller to decide on. */
const RETRY_AFTER_SECONDS_MAX = 60;

export interface RetryPolicy {
  /** The first attempt included. */
  readonly attemptsMax: number;
  /** Of an upload: a lost network costs no attempt while it is waited for. */
  readonly patience?: NetworkPatience | undefined;
}

/**
 * Repeats work that fails with an error that is `retryable`: after `Retry-After` where a response names it, else after a
 * random time up to a bound that doubles (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter, "full jitter").
 *
 * @throws the last error; the signal's reason once it is aborted
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop with the rules of a retry; in parts, its state would go through all of them.
export async function withRetries<T>(
  work: () => Promise<T>,
  { attemptsMax, patience, signal }: RetryPolicy & { signal?: AbortSignal | undefined },
): Promise<T> {
  let lostAt: number | undefined;
  for (let attempt = 1; ; ) {
    try {
      const done = await work();
      patience?.reached();
      return done;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ImagemillError) || !error.retryable) throw error;
      if (error.status === undefined && patience?.isLoss(error.code)) {
        lostAt = await patience.wait(lostAt ?? Date.now(), signal);
        if (lostAt === undefined) throw error;
        continue;
      }
      if (error.status !== undefined) patience?.reached();
      lostAt = undefined;
      const { retryAfterSeconds = 0 } = error;
      if (attempt >= attemptsMax || retryAfterSeconds > RETRY_AFTER_SECONDS_MAX) throw error;
      await pause(retryAfterSeconds * 1000 + jitterMs(attempt), signal);
      attempt += 1;
    }
  }
}

const jitterMs = (attempt: number) => Math.random() * Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** attempt);
