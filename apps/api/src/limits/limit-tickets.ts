import { createMiddleware } from 'hono/factory';
import type { ApiBindings } from '../http/bindings.ts';
import { tooMany } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Lets a tenant have tickets at its rate only, and tells what is left with every answer, in the headers of
 * draft-ietf-httpapi-ratelimit-headers-06: later drafts fold them into one, which few clients read yet.
 *
 * @param rate none lets everything pass
 */
export function limitTickets(rate: RateLimit | undefined) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    if (!rate) return next();
    const { allowed, limit, windowSeconds, remaining, resetSeconds } = await rate.take(c.var.caller.tenant);
    c.header('ratelimit-limit', String(limit));
    c.header('ratelimit-remaining', String(remaining));
    c.header('ratelimit-reset', String(resetSeconds));
    c.header('ratelimit-policy', `${limit};w=${windowSeconds}`);
    if (!allowed) {
      const detail = `This tenant can have ${limit} tickets in ${windowSeconds} s.`;
      throw tooMany({ code: 'rate-limited', detail, retryAfterSeconds: resetSeconds });
    }
    await next();
  });
}
