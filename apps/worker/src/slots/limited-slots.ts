/** Weight of the latest duration in the moving average. */
const WEIGHT = 0.2;
const RETRY_AFTER_MS_MAX = 60_000;

/** A limited number of slots. If all are held, a caller gets a time to retry. */
export interface LimitedSlots {
  acquire(): LimitedSlot | { readonly outcome: 'full'; readonly retryAfterMs: number };
}

interface LimitedSlot {
  readonly outcome: 'acquired';
  readonly release: () => void;
}

export interface LimitedSlotsOptions {
  readonly slotsMax: number;
  /** How long a slot is held, until that has been measured. */
  readonly typicalMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Retry times are spread at the rate at which slots have recently become free. With one common time, all callers would
 * retry together: the first would get the slots, and the slots would stand empty until the next retry of the others.
 */
export function createLimitedSlots(options: LimitedSlotsOptions): LimitedSlots {
  const { slotsMax, now = performance.now.bind(performance) } = options;
  let { typicalMs } = options;
  let held = 0;
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
