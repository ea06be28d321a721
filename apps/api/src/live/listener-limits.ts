import type { Tenant } from '@imagemill/variants';
import { Problem } from '../http/problem.ts';

export interface ListenerLimitSettings {
  /** Of this process. */
  readonly listenersMax: number;
  /** Of one tenant in this process. */
  readonly listenersPerTenantMax: number;
}

export interface ListenerLimits {
  /**
   * Takes a place for a listener.
   *
   * @returns gives it back; again does nothing
   * @throws Problem 429 `too-many-listeners` for a tenant that has its share, 503 `no-room` when the process is full
   */
  take(tenant: Tenant): () => void;
}

const RETRY_AFTER_S = '10';

export function createListenerLimits({ listenersMax, listenersPerTenantMax }: ListenerLimitSettings): ListenerLimits {
  const byTenant = new Map<Tenant, number>();
  let total = 0;

  function add(tenant: Tenant, change: 1 | -1): void {
    total += change;
    const count = (byTenant.get(tenant) ?? 0) + change;
    if (count === 0) byTenant.delete(tenant);
    else byTenant.set(tenant, count);
  }

  return {
    take(tenant) {
      if ((byTenant.get(tenant) ?? 0) >= listenersPerTenantMax) throw tooManyListeners();
      if (total >= listenersMax) throw noRoom();
      add(tenant, 1);
      let isTaken = true;
      return () => {
        if (isTaken) add(tenant, -1);
        isTaken = false;
      };
    },
  };
}

const headers = { 'retry-after': RETRY_AFTER_S };

const tooManyListeners = () =>
  new Problem({
    status: 429,
    code: 'too-many-listeners',
    detail: 'Too many connections follow images of this tenant. Close some, or ask for the status instead.',
    headers,
  });

/** Another process may have room. */
export const noRoom = () =>
  new Problem({
    status: 503,
    code: 'no-room-to-listen',
    detail: 'This server takes no further listeners right now. Try again shortly, or ask for the status instead.',
    headers,
  });
