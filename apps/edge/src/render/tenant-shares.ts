import type { Tenant } from '@imagemill/variants';
import { queueFull, tenantQueueFull } from '../http/picture-problems.ts';
import { createTenantCounts } from './tenant-counts.ts';

/** Places, of which one tenant may take a share. */
export interface TenantShares {
  /**
   * @returns a function that gives the place back
   * @throws Problem 503 `render-queue-full` or `tenant-queue-full`
   */
  take(tenant: Tenant): () => void;
}

/**
 * @param placesMax read for each place that is taken
 * @param share of one tenant; 0 to 1
 */
export function createTenantShares(placesMax: () => number, share: number): TenantShares {
  const taken = createTenantCounts();
  return {
    take(tenant) {
      const max = placesMax();
      if (taken.total >= max) throw queueFull();
      if (taken.of(tenant) >= Math.max(1, Math.floor(max * share))) throw tenantQueueFull();
      taken.add(tenant, 1);
      return () => taken.add(tenant, -1);
    },
  };
}
