import { setTimeout as delay } from 'node:timers/promises';
import type { Tenant } from '@imagemill/variants';

/**
 * When live connections of a tenant begin. Each one costs the API as much as several reads, at its beginning and at its end, and those that begin together
 * often end together. While other tenants have requests, the first ones begin at once, and further ones 5 ms apart.
 */
export interface LiveStarts {
  /** Resolves when the next one may begin, or its client has gone. */
  take(tenant: Tenant, gone: AbortSignal): Promise<void>;
}

/** 4,000 that reconnect after the end of a process have all begun after 20 s. */
const GAP_MS = 5;
/** As many begin at once: a page with many images. */
const AT_ONCE = 50;
/** More tenants than that are only remembered while they matter. */
const REMEMBERED = 1_000;

interface LiveStartsOptions {
  /** Whether other tenants have requests too. */
  readonly isShared: () => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly wait?: (ms: number, gone: AbortSignal) => Promise<unknown>;
}

/** The virtual scheduling algorithm of ITU-T I.371, which delays connections instead of refusing them. */
export function createLiveStarts({
  isShared,
  now = () => performance.now(),
  wait = (ms, signal) => delay(ms, undefined, { ref: false, signal }).catch(() => {}),
}: LiveStartsOptions): LiveStarts {
  /** When the last connection would have begun at an even rate. */
  const evenly = new Map<Tenant, number>();

  function forgetPast(): void {
    for (const [tenant, at] of evenly) if (at + GAP_MS <= now()) evenly.delete(tenant);
  }

  return {
    async take(tenant, gone) {
      if (!isShared()) return;
      const at = Math.max(now(), (evenly.get(tenant) ?? 0) + GAP_MS);
      evenly.set(tenant, at);
      if (evenly.size > REMEMBERED) forgetPast();
      const waitMs = at - now() - AT_ONCE * GAP_MS;
      if (waitMs > 0) await wait(waitMs, gone);
    },
  };
}
