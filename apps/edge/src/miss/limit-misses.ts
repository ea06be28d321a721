import type { Tenant } from '@imagemill/variants';
import { createTenantShares } from '../render/tenant-shares.ts';

/**
 * Runs work that makes a picture of a tenant, or waits until another process has made it.
 *
 * @throws Problem 503 `render-queue-full` or `tenant-queue-full` at once if too much of this work is under way
 */
export type MissLimit = <T>(tenant: Tenant, work: () => Promise<T>) => Promise<T>;

/** @param tenantShare the part of all misses that one tenant may have; 0 to 1 */
export function createMissLimit(max: number, tenantShare: number): MissLimit {
  const misses = createTenantShares(() => max, tenantShare);
  return async (tenant, work) => {
    const leave = misses.take(tenant);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
