import type { Tenant } from '@imagemill/variants';

/** Nothing was written. */
export type Refusal =
  | { readonly outcome: 'full' }
  /** The tenant's latest uploads were all rejected. It gets one ticket a second until one is accepted. */
  | { readonly outcome: 'paced'; readonly retryAfterMs: number };

/** What of a request for tickets decides whether it is refused. */
interface Wanted {
  readonly tenant: Tenant;
  readonly images: number;
  readonly ceiling: number;
}

const REFUSED_MS = 1_000;
const TENANTS_MAX = 10_000;

/**
 * The last refusal of each tenant, for at most a second: the same request is refused again without a call to Redis.
 *
 * @param clock in milliseconds, monotonic
 */
export function createRecentRefusals(clock: () => number) {
  const last = new Map<Tenant, Wanted & { readonly until: number; readonly refusal: Refusal }>();
  return {
    /** The refusal of a request for as few images or fewer, under as high a ceiling or a higher one. */
    of({ tenant, images, ceiling }: Wanted): Refusal | undefined {
      const refused = last.get(tenant);
      if (!refused || clock() >= refused.until) return undefined;
      return images >= refused.images && ceiling <= refused.ceiling ? refused.refusal : undefined;
    },
    note(wanted: Wanted, refusal: Refusal): void {
      if (last.size >= TENANTS_MAX) last.clear();
      const ms = refusal.outcome === 'paced' ? Math.min(REFUSED_MS, refusal.retryAfterMs) : REFUSED_MS;
      last.set(wanted.tenant, { ...wanted, refusal, until: clock() + ms });
    },
  };
}
