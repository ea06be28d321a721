import type { Tenant } from '@imagemill/variants';

/**
 * Whose turn it is when a slot becomes free: of the tenants that wait, the one that had a slot the longest time ago. The callers that wait ask again
 * at times of their own; without turns, the tenant that asks most often would get every slot.
 */
export interface SlotTurns {
  /** How many tenants that wait are before this one. */
  ahead(tenant: Tenant): number;
  /** The tenant waits, and asks again before that time. */
  waits(tenant: Tenant, untilMs: number): void;
  /** The tenant has got a slot. */
  served(tenant: Tenant): void;
}

interface Wait {
  /** Number of the wait: who has waited longer is first. */
  readonly since: number;
  readonly untilMs: number;
}

/** Tenants whose last turn is known; others are taken for those that had none. */
const SERVED_MAX = 1_000;

/** @param now milliseconds of a monotonic clock */
export function createSlotTurns(now: () => number): SlotTurns {
  const waiting = new Map<Tenant, Wait>();
  /** Number of the last turn, the oldest first. */
  const turns = new Map<Tenant, number>();
  let count = 0;

  function forgetEnded(): void {
    for (const [tenant, { untilMs }] of waiting) if (untilMs < now()) waiting.delete(tenant);
  }

  function isBefore(other: Tenant, tenant: Tenant): boolean {
    const [othersTurn, ownTurn] = [turns.get(other) ?? 0, turns.get(tenant) ?? 0];
    if (othersTurn !== ownTurn) return othersTurn < ownTurn;
    const sinceOf = (one: Tenant) => waiting.get(one)?.since ?? Number.POSITIVE_INFINITY;
    return sinceOf(other) < sinceOf(tenant);
  }

  return {
    ahead(tenant) {
      forgetEnded();
      return [...waiting.keys()].filter((other) => other !== tenant && isBefore(other, tenant)).length;
    },
    waits(tenant, untilMs) {
      const known = waiting.get(tenant);
      count += 1;
      waiting.set(tenant, { since: known?.since ?? count, untilMs: Math.max(known?.untilMs ?? 0, untilMs) });
    },
    served(tenant) {
      waiting.delete(tenant);
      turns.delete(tenant);
      count += 1;
      turns.set(tenant, count);
      const [oldest] = turns.keys();
      if (turns.size > SERVED_MAX && oldest !== undefined) turns.delete(oldest);
    },
  };
}
