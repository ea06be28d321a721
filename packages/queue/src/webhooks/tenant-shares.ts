/** Weight of the latest attempt in the moving average of a tenant's durations. */
const WEIGHT = 0.3;
/** One attempt that takes its whole time limit of 10 s makes a tenant slow. */
export const SLOW_MS = 2_000;

/** The slots that each tenant's deliveries may hold at once, in one process. */
export interface TenantShares {
  /** @returns the function that releases the slot; undefined if the tenant has reached its share */
  take(tenant: string): (() => void) | undefined;
  /** Notes how long an attempt held its slot. */
  measured(tenant: string, ms: number): void;
}

/**
 * A tenant gets a further slot only while fewer are its own than are free (Choudhury, Hahne, "Dynamic queue length thresholds",
 * 1998). One tenant gets half of the slots, and a second one half of the rest; as slots become free, n tenants come to one part in
 * n + 1 each, and as much stays free.
 *
 * Tenants whose endpoints are slow, or do not respond, have one slot together. Each of them could hold its share for as long as it
 * likes, and several would hold all slots. A tenant leaves this lane when its attempts have become fast.
 */
export function createTenantShares(slots: number, slowMs = SLOW_MS): TenantShares {
  const running = new Map<string, number>();
  /** Moving averages in milliseconds, of tenants whose average is not negligible. */
  const durations = new Map<string, number>();
  let free = slots;
  let isSlowLaneTaken = false;

  const isSlow = (tenant: string) => (durations.get(tenant) ?? 0) > slowMs;

  function hold(tenant: string, isInSlowLane: boolean): () => void {
    free -= 1;
    running.set(tenant, (running.get(tenant) ?? 0) + 1);
    isSlowLaneTaken ||= isInSlowLane;
    return () => {
      free += 1;
      if (isInSlowLane) isSlowLaneTaken = false;
      const left = (running.get(tenant) ?? 1) - 1;
      if (left > 0) running.set(tenant, left);
      else running.delete(tenant);
    };
  }

  return {
    take(tenant) {
      if (isSlow(tenant)) return isSlowLaneTaken || free === 0 ? undefined : hold(tenant, true);
      return (running.get(tenant) ?? 0) >= free ? undefined : hold(tenant, false);
    },
    measured(tenant, ms) {
      const before = durations.get(tenant) ?? 0;
      const average = before + WEIGHT * (ms - before);
      if (average > slowMs / 100) durations.set(tenant, average);
      else durations.delete(tenant);
    },
  };
}
