import { ImagemillError } from '../errors.ts';
import { pause } from './pause.ts';

const FIRST_WAIT_MS = 300;
const WAIT_MS_MAX = 10_000;
/** Who is told to wait for longer should hear of it, not see nothing happen. */
const RETRY_AFTER_SECONDS_MAX = 60;

/**
 * Does it again while it fails with an error that is `retryable`: after `Retry-After` where that is told, else after a
 * random time up to a bound that doubles (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter, "full jitter").
 *
 * @throws the last error; the signal's reason once it is aborted
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { attemptsMax, signal }: { attemptsMax: number; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ImagemillError) || !error.retryable || attempt >= attemptsMax) throw error;
      const { retryAfterSeconds = 0 } = error;
      if (retryAfterSeconds > RETRY_AFTER_SECONDS_MAX) throw error;
      await pause(retryAfterSeconds * 1000 + jitterMs(attempt), signal);
    }
  }
}

const jitterMs = (attempt: number) => Math.random() * Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** attempt);
