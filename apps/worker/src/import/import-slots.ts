/** Until a duration has been measured. */
const TYPICAL_MS_INITIAL = 250;
/** Weight of the latest duration in the moving average. */
const WEIGHT = 0.2;
const RETRY_AFTER_MS_MAX = 60_000;

/** A limited number of slots. If all are held, a caller gets a time to retry. */
export interface ImportSlots {
  acquire(): ImportSlot | { readonly outcome: 'full'; readonly retryAfterMs: number };
}

interface ImportSlot {
  readonly outcome: 'acquired';
  readonly release: () => void;
}

/**
 * Retry times are spread at the rate at which slots have recently become free. With one common time, all callers would
 * retry together: the first would get the slots, and the slots would stand empty until the next retry of the others.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createImportSlots(
  slotsMax: number,
  now: () => number = performance.now.bind(performance),
): ImportSlots {
  let held = 0;
  let typicalMs = TYPICAL_MS_INITIAL;
  let lastTurnAt = 0;

  function nextRetryAfterMs(): number {
    const turnAt = Math.max(lastTurnAt, now()) + typicalMs / slotsMax;
    const retryAfterMs = Math.min(Math.ceil(turnAt - now()), RETRY_AFTER_MS_MAX);
    lastTurnAt = now() + retryAfterMs;
    return retryAfterMs;
  }

  return {
    acquire() {
      if (held >= slotsMax) return { outcome: 'full', retryAfterMs: nextRetryAfterMs() };
      held += 1;
      const acquiredAt = now();
      return {
        outcome: 'acquired',
        release() {
          held -= 1;
          typicalMs += WEIGHT * (now() - acquiredAt - typicalMs);
        },
      };
    },
  };
}
