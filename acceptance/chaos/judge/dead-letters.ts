import { type Api, type DeadLetter, RefusedError } from '../load/api.ts';
import { retryWhileUnavailable } from '../load/retry-while-unavailable.ts';

const RETRY_FOR_MS = 30_000;

export async function listDeadLetters(api: Api, signal: AbortSignal): Promise<readonly DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (let cursor: number | undefined = 0; cursor !== undefined; ) {
    const from: number = cursor;
    const page = await retryWhileUnavailable(() => api.deadLetters(from), RETRY_FOR_MS, signal);
    found.push(...page.deadLetters);
    cursor = page.nextCursor;
  }
  return found;
}

/** Redrives dead letters, as an operator does after the fault is over. */
export async function redrive(api: Api, letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
  for (const { imageId } of letters) {
    await retryWhileUnavailable(() => api.redrive(imageId), RETRY_FOR_MS, signal).catch((error: unknown) => {
      // No longer a dead letter: it was redriven in the meantime.
      if (!(error instanceof RefusedError)) throw error;
    });
  }
}

export function countByCode(letters: readonly DeadLetter[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of letters) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
