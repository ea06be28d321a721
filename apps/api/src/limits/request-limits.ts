import { tooMany } from '@imagemill/http';
import type { Tenant } from '@imagemill/variants';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ApiBindings } from '../http/bindings.ts';
import { createRateLimit, type RateLimit, type RateLimitOptions, rateLimitOf } from './rate-limit.ts';

/** Limits on a tenant's calls other than requests for tickets, which have their own. Undefined for no limit. */
export interface RequestLimits {
  /** Status, parts, live connections, and each image that a listing looks up: in this process, without Redis. */
  readonly reads: RateLimit | undefined;
  /** `complete`, `reprocess`, parts and deletions. */
  readonly changes: RateLimit | undefined;
  /** Deletions in a day: each one leaves a job, a note and a tombstone behind. */
  readonly deletions: RateLimit | undefined;
}

export interface RequestLimitSettings {
  readonly reads: number;
  readonly changes: number;
  readonly windowSeconds: number;
  readonly deletionsPerDay: number;
}

const DAY_S = 24 * 3600;

export function createRequestLimits(
  connection: Pick<RateLimitOptions, 'connection' | 'prefix'>,
  { reads, changes, windowSeconds, deletionsPerDay }: RequestLimitSettings,
): RequestLimits {
  const shared = (what: string, limit: number, duration: number) =>
    limit === 0 ? undefined : createRateLimit({ ...connection, what, limit, windowSeconds: duration });
  return {
    reads:
      reads === 0
        ? undefined
        : rateLimitOf(new RateLimiterMemory({ points: reads, duration: windowSeconds }), {
            limit: reads,
            windowSeconds,
          }),
    changes: shared('changes', changes, windowSeconds),
    deletions: shared('deletions', deletionsPerDay, DAY_S),
  };
}

/** Paths that take tickets, which have their own limits. */
const TICKET_PATH = /^\/v1\/images\/(?:upload-urls?|import)$/;

/** To find that an image does not exist takes seven times the CPU of a status (`bench requests`): the storage is asked as well. */
const UNKNOWN_IMAGE_COST = 7;

/** Counts a request of a tenant, and several for an image that does not exist. @throws Problem 429 `rate-limited` */
export const limitRequests = ({ reads, changes, deletions }: RequestLimits) =>
  createMiddleware<ApiBindings>(async (c, next) => {
    const { tenant } = c.var.caller;
    const isReading = isRead(c);
    if (!isReading && TICKET_PATH.test(c.req.path)) return next();
    const rate = isReading ? reads : changes;
    await takeOne(rate, tenant, isReading ? 'read requests' : 'changes');
    if (c.req.method === 'DELETE') await takeOne(deletions, tenant, 'deletions');
    await next();
    if (c.res.status === 404) await rate?.take(tenant, UNKNOWN_IMAGE_COST - 1);
  });

const isRead = ({ req: { method } }: Context) => method === 'GET' || method === 'HEAD';

async function takeOne(rate: RateLimit | undefined, tenant: Tenant, what: string): Promise<void> {
  if (!rate) return;
  const { allowed, limit, windowSeconds, resetSeconds } = await rate.take(tenant, 1);
  if (allowed) return;
  const detail = `This tenant can make ${limit} ${what} every ${windowSeconds} s.`;
  throw tooMany({ code: 'rate-limited', detail, retryAfterSeconds: resetSeconds });
}
