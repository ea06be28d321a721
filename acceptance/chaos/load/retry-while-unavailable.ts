import { setTimeout as delay } from 'node:timers/promises';

/** The server is unreachable or temporarily unavailable: the same call may succeed later. */
export class UnavailableError extends Error {}

const FIRST_PAUSE_MS = 200;
const PAUSE_MS_MAX = 3_000;

/**
 * Retries while the call fails with an UnavailableError, with exponential backoff and jitter.
 *
 * @throws UnavailableError the last one, after `forMs`
 */
export async function retryWhileUnavailable<T>(call: () => Promise<T>, forMs: number, signal: AbortSignal): Promise<T> {
  const since = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnavailableError) || performance.now() - since > forMs) throw error;
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
