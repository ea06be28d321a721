import { setTimeout as delay } from 'node:timers/promises';
import { FailureToExplain } from '../explain.ts';

const READY_WITHIN_MS = 15_000;
const POLL_MS = 50;

/** Waits until the API says that it, its Redis and its buckets can take traffic. @throws FailureToExplain when they can't */
export async function untilReady(apiUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
    const answer = await fetch(`${apiUrl}/readyz`, { signal: patience }).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      throw new FailureToExplain(`${apiUrl} did not become ready: ${answer ? await answer.text() : 'no answer'}`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
