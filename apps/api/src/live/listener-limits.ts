import type { Tenant } from '@imagemill/variants';
import { Problem } from '../http/problem.ts';

export interface ListenerLimitSettings {
  /** Per process. */
  readonly listenersMax: number;
  /** Per tenant in one process. */
  readonly listenersPerTenantMax: number;
}

export interface ListenerLimits {
  /**
   * Reserves a place for a listener.
   *
   * @returns a function that releases the place; further calls do nothing
   * @throws Problem 429 `too-many-listeners` at the tenant's limit, 503 `no-room-to-listen` at the process's limit
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
    detail: 'This tenant has reached its limit of live connections. Close some, or poll the status instead.',
    headers,
  });

/** Another process may have room. */
export const noRoom = () =>
  new Problem({
    status: 503,
    code: 'no-room-to-listen',
    detail: 'This server has reached its limit of live connections. Try again shortly, or poll the status instead.',
    headers,
  });
