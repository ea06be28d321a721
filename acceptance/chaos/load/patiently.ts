import { setTimeout as delay } from 'node:timers/promises';

/** The other side is away, or says that it can't just now: the same call may succeed after a while. */
export class AwayError extends Error {}

const FIRST_PAUSE_MS = 200;
const PAUSE_MS_MAX = 3_000;

/**
 * Tries again, with pauses that double and are spread, as long as what fails is an AwayError.
 *
 * @throws AwayError the last one, when `forMs` are over
 */
export async function patiently<T>(call: () => Promise<T>, forMs: number, signal: AbortSignal): Promise<T> {
  const since = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof AwayError) || performance.now() - since > forMs) throw error;
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
