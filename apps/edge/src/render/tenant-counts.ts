import type { Tenant } from '@imagemill/variants';

/** Renders of each tenant. */
export interface TenantCounts {
  readonly total: number;
  of(tenant: Tenant): number;
  add(tenant: Tenant, change: 1 | -1): void;
}

export function createTenantCounts(): TenantCounts {
  const counts = new Map<Tenant, number>();
  let total = 0;
  return {
    get total() {
      return total;
    },
    of: (tenant) => counts.get(tenant) ?? 0,
    add(tenant, change) {
      total += change;
      const count = (counts.get(tenant) ?? 0) + change;
      if (count > 0) counts.set(tenant, count);
      else counts.delete(tenant);
    },
  };
}
