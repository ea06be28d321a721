import type { Postponed } from '@imagemill/queue';
import type { Tenant } from '@imagemill/variants';
import { createSlotTurns } from './slot-turns.ts';

/** Weight of the latest duration in the moving average. */
const WEIGHT = 0.2;
const RETRY_AFTER_MS_MAX = 60_000;
/** A job that may run again waits for one of the worker's jobs to end. */
const LATE_MS_MAX = 5_000;

/** The outcome of a job that got no slot. */
type Busy = Extract<Postponed, { readonly retryAfterMs: number }>;

/** A limited number of slots, in turns by tenant. A job that gets none is postponed. */
export interface LimitedSlots {
  acquire(tenant: Tenant): LimitedSlot | Busy;
}

export interface LimitedSlot {
  readonly outcome: 'acquired';
  /** @param hasWorked whether the slot was used: only then its time tells how long slots are held; true if not given */
  release(hasWorked?: boolean): void;
}

export interface LimitedSlotsOptions {
  /** Why a job is postponed. */
  readonly reason: Busy['reason'];
  readonly slotsMax: number;
  /** How long a slot is held, until that has been measured. */
  readonly typicalMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Retry times of a tenant are spread at the rate at which slots have recently become free. With one common time, all callers would
 * retry together: the first would get the slots, and the slots would stand empty until the next retry of the others.
 */
export function createLimitedSlots(options: LimitedSlotsOptions): LimitedSlots {
  const { reason, slotsMax, now = performance.now.bind(performance) } = options;
  const turns = createSlotTurns(now);
  /** Times of the last retry of each tenant that will retry. */
  const lastRetryAt = new Map<Tenant, number>();
  let { typicalMs } = options;
  let held = 0;

  function postpone(tenant: Tenant): Busy {
    for (const [other, at] of lastRetryAt) if (at < now()) lastRetryAt.delete(other);
    const inTurnMs = (lastRetryAt.get(tenant) ?? now()) + typicalMs / slotsMax - now();
    // Those of many jobs would all be at the latest time, and only one between that and the next turn.
    const isLate = inTurnMs > RETRY_AFTER_MS_MAX;
    const retryAfterMs = Math.ceil(isLate ? RETRY_AFTER_MS_MAX * (1 - Math.random() / 2) : inTurnMs);
    lastRetryAt.set(tenant, now() + Math.min(inTurnMs, RETRY_AFTER_MS_MAX));
    turns.waits(tenant, now() + retryAfterMs + LATE_MS_MAX);
    return { outcome: 'postponed', reason, retryAfterMs };
  }

  return {
    acquire(tenant) {
      if (turns.ahead(tenant) >= slotsMax - held) return postpone(tenant);
      turns.served(tenant);
      held += 1;
      const acquiredAt = now();
      return {
        outcome: 'acquired',
        release(hasWorked = true) {
          held -= 1;
          if (hasWorked) typicalMs += WEIGHT * (now() - acquiredAt - typicalMs);
        },
      };
    },
  };
}
