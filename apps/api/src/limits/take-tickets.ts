import type { Context } from 'hono';
import type { ApiBindings } from '../http/bindings.ts';
import { tooMany } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Takes tickets of the tenant's rate, and tells what is left with the answer, in the headers of
 * draft-ietf-httpapi-ratelimit-headers-06: later drafts fold them into one, which few clients read yet.
 *
 * @param rate none lets everything pass
 * @throws Problem 429 `rate-limited`, for all of them when there are not enough left
 */
export async function takeTickets(
  c: Context<ApiBindings>,
  rate: RateLimit | undefined,
  tickets: number,
): Promise<void> {
  if (!rate) return;
  const { allowed, limit, windowSeconds, remaining, resetSeconds } = await rate.take(c.var.caller.tenant, tickets);
  c.header('ratelimit-limit', String(limit));
  c.header('ratelimit-remaining', String(remaining));
  c.header('ratelimit-reset', String(resetSeconds));
  c.header('ratelimit-policy', `${limit};w=${windowSeconds}`);
  if (!allowed) {
    const detail = `This tenant can have ${limit} tickets in ${windowSeconds} s.`;
    throw tooMany({ code: 'rate-limited', detail, retryAfterSeconds: resetSeconds });
  }
}
