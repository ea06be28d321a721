import type { Tenant } from '@imagemill/variants';
import { LRUCache } from 'lru-cache';
import type { EnginePlaces } from './lazy-engine.ts';
import { createTenantCounts, type TenantCounts } from './tenant-counts.ts';

/**
 * Which render is next: one of the tenant with the fewest running renders, and of several such tenants, of the one whose last render started
 * first. A render cannot be interrupted, and may take half a minute: while other tenants have renders too, each one leaves a place to them.
 */
export interface TenantTurns {
  readonly running: Pick<TenantCounts, 'total'>;
  /** Call it when a tenant wants a render. */
  arrived(tenant: Tenant): void;
  /** The next of the waiting renders that may start now; of a tenant's own, the first one. */
  next<T extends { readonly tenant: Tenant }>(waiting: Iterable<T>): T | undefined;
  began(tenant: Tenant): void;
  ended(tenant: Tenant): void;
}

/** A tenant that had a render within this time has a place left by the others. */
const PRESENT_MS = 10 * 60_000;
const PRESENT_MAX = 1_000;

export function createTenantTurns(engine: Pick<EnginePlaces, 'size'>): TenantTurns {
  const running = createTenantCounts();
  /** The tenants that had renders lately, with the number of the start of their last one. */
  const lastStarts = new LRUCache<Tenant, number>({ max: PRESENT_MAX, ttl: PRESENT_MS });
  let starts = 0;

  function isAlone(tenant: Tenant): boolean {
    for (const other of lastStarts.keys()) if (other !== tenant) return false;
    return true;
  }

  const mayStart = (tenant: Tenant) => running.of(tenant) < Math.max(1, engine.size - 1) || isAlone(tenant);

  return {
    running,
    arrived(tenant) {
      if (!lastStarts.has(tenant)) lastStarts.set(tenant, 0);
    },
    next(waiting) {
      if (running.total >= engine.size) return undefined;
      return [...waiting]
        .filter(({ tenant }) => mayStart(tenant))
        .toSorted(
          ({ tenant: one }, { tenant: other }) =>
            running.of(one) - running.of(other) || (lastStarts.get(one) ?? 0) - (lastStarts.get(other) ?? 0),
        )[0];
    },
    began(tenant) {
      starts += 1;
      lastStarts.set(tenant, starts);
      running.add(tenant, 1);
    },
    ended: (tenant) => running.add(tenant, -1),
  };
}
