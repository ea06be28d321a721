import { setTimeout as delay } from 'node:timers/promises';
import type { Tenant } from '@imagemill/variants';
import { createMiddleware } from 'hono/factory';
import type { ApiBindings } from './bindings.ts';

/** Statuses of requests over a limit. A client that repeats them at once would cost more than one that keeps to the limit. */
const REFUSALS: ReadonlySet<number> = new Set([413, 429]);
/** At least this long, and at most twice: requests that were refused together are not repeated together. */
const DELAY_MS = 1_000;
/**
 * So many delayed responses of a tenant make its next one later by the first delay again, up to five times: senders that only wait for responses
 * get no more refusals by being many.
 */
const TENANT_STEP = 50;
const STEPS_MAX = 5;
/** Delayed responses of one tenant and of the process; further ones are not delayed. Each holds a connection and a few kilobytes. */
const TENANT_MAX = 500;
const PROCESS_MAX = 2_000;

export interface RefusalDelay {
  readonly delayMs?: number;
  readonly tenantMax?: number;
  readonly tenantStep?: number;
  readonly processMax?: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Delays responses to requests over a limit, to slow down clients that repeat them without a pause. */
export function delayRefusals(options: RefusalDelay) {
  const { delayMs = DELAY_MS, tenantMax = TENANT_MAX, tenantStep = TENANT_STEP, processMax = PROCESS_MAX } = options;
  const { random = Math.random } = options;
  const byTenant = new Map<Tenant | undefined, number>();
  let total = 0;

  function add(tenant: Tenant | undefined, change: 1 | -1): void {
    total += change;
    const count = (byTenant.get(tenant) ?? 0) + change;
    if (count === 0) byTenant.delete(tenant);
    else byTenant.set(tenant, count);
  }

  return createMiddleware<ApiBindings>(async (c, next) => {
    await next();
    if (!REFUSALS.has(c.res.status)) return;
    const tenant = c.var.caller?.tenant;
    const held = byTenant.get(tenant) ?? 0;
    if (total >= processMax || held >= tenantMax) return;
    // It is no longer needed, and counts for no limit any more.
    c.set('body', Buffer.alloc(0));
    add(tenant, 1);
    await delay(delayMs * Math.min(STEPS_MAX, 1 + held / tenantStep) * (1 + random()));
    add(tenant, -1);
  });
}
