import { tooMany } from '@imagemill/http';
import type { Tenant } from '@imagemill/variants';
import { createMiddleware } from 'hono/factory';
import type { ApiBindings } from './bindings.ts';

/** Requests of one tenant that wait for their turn. Each holds a connection and a few kilobytes. */
const WAITING_MAX = 1_000;
/** Requests that start in a turn while one tenant is alone: a turn for each of them would take a sixth more CPU. */
const STARTS_ALONE = 4;
/** A tenant is alone once no other one has had a request for this long. */
const ALONE_AFTER_MS = 1_000;

/**
 * Turns of the tenants: in each turn of the event loop, at most one request of each tenant starts, or a few if one tenant has been alone
 * for a second. A tenant with a thousand requests then delays one of another tenant by a few of its own, not by a thousand.
 */
export interface RequestTurns {
  /** Resolves when a request of the tenant may start. @throws Problem 429 `too-many-requests` if too many wait */
  take(tenant: Tenant): Promise<void>;
  /** Whether several tenants have had requests within the last second. */
  isShared(): boolean;
}

export interface RequestTurnOptions {
  readonly waitingMax?: number;
  /** Milliseconds of a monotonic clock; the process's by default. */
  readonly clock?: () => number;
}

export function createRequestTurns({
  waitingMax = WAITING_MAX,
  clock = () => performance.now(),
}: RequestTurnOptions = {}): RequestTurns {
  /** Of the tenants that have started a request in this turn. */
  const waiting = new Map<Tenant, (() => void)[]>();
  let last: Tenant | undefined;
  let sharedUntil = Number.NEGATIVE_INFINITY;

  const isShared = () => clock() < sharedUntil;

  function nextTurn(): void {
    const startsMax = isShared() ? 1 : STARTS_ALONE;
    for (const [tenant, queue] of waiting) {
      if (queue.length === 0) waiting.delete(tenant);
      for (const start of queue.splice(0, startsMax)) start();
    }
    if (waiting.size > 0) setImmediate(nextTurn);
  }

  return {
    isShared,
    async take(tenant) {
      if (last !== undefined && last !== tenant) sharedUntil = clock() + ALONE_AFTER_MS;
      last = tenant;
      const queue = waiting.get(tenant);
      if (!queue) {
        if (waiting.size === 0) setImmediate(nextTurn);
        waiting.set(tenant, []);
        return;
      }
      if (queue.length >= waitingMax) throw tooManyRequests();
      await new Promise<void>((start) => queue.push(start));
    },
  };
}

const tooManyRequests = () =>
  tooMany({
    code: 'too-many-requests',
    detail: 'Too many requests of this tenant are in progress. Send fewer at once.',
    retryAfterSeconds: 1,
  });

/** Lets a request start in its tenant's turn, once if several areas match its path. @throws Problem 429 `too-many-requests` */
export const inTurn = (turns: RequestTurns) =>
  createMiddleware<ApiBindings>(async (c, next) => {
    if (!c.var.hasTurn) await turns.take(c.var.caller.tenant);
    c.set('hasTurn', true);
    return next();
  });
