import { setTimeout as delay } from 'node:timers/promises';
import type { Tenant } from '@imagemill/variants';

/**
 * When live connections of a tenant begin. Each one costs the API as much as several reads, at its beginning and at its end, and those that begin together
 * often end together. While other tenants have requests, the first ones begin at once, and further ones 5 ms apart.
 */
export interface LiveStarts {
  /** Resolves when the next one may begin. */
  take(tenant: Tenant): Promise<void>;
}

/** 4,000 that reconnect after the end of a process have all begun after 20 s. */
const GAP_MS = 5;
/** As many begin at once: a page with many images. */
const AT_ONCE = 50;

interface LiveStartsOptions {
  /** Whether other tenants have requests too. */
  readonly isShared: () => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** The virtual scheduling algorithm of ITU-T I.371, which delays connections instead of refusing them. */
export function createLiveStarts({
  isShared,
  now = () => performance.now(),
  wait = (ms) => delay(ms, undefined, { ref: false }),
}: LiveStartsOptions): LiveStarts {
  /** When the last connection would have begun at an even rate. */
  const evenly = new Map<Tenant, number>();

  return {
    async take(tenant) {
      if (!isShared()) return;
      const at = Math.max(now(), (evenly.get(tenant) ?? 0) + GAP_MS);
      evenly.set(tenant, at);
      const waitMs = at - now() - AT_ONCE * GAP_MS;
      if (waitMs > 0) await wait(waitMs);
    },
  };
}
