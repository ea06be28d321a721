import { setTimeout as delay } from 'node:timers/promises';
import { FailureToExplain } from '../explain.ts';

const READY_WITHIN_MS = 15_000;
const POLL_MS = 50;

/** Waits until the API reports that it, Redis and the buckets are ready. @throws FailureToExplain after 15 seconds */
export async function untilReady(apiUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
    const response = await fetch(`${apiUrl}/readyz`, { signal: timeout }).catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > deadline) {
      throw new FailureToExplain(`${apiUrl} did not become ready: ${response ? await response.text() : 'no response'}`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
