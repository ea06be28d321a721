import type { Context } from 'hono';
import { serializeList } from 'structured-headers';
import type { ApiBindings } from '../http/bindings.ts';
import { tooMany } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Takes tickets of the tenant's rate, and adds what is left to the response: as the structured fields (RFC 9651) of
 * draft-ietf-httpapi-ratelimit-headers, and as the three headers of its early drafts, which more clients read.
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
  c.header('ratelimit-policy', structured({ q: limit, w: windowSeconds }));
  c.header('ratelimit', structured({ r: remaining, t: resetSeconds }));
  if (!allowed) {
    const detail = `This tenant can have ${limit} tickets in ${windowSeconds} s.`;
    throw tooMany({ code: 'rate-limited', detail, retryAfterSeconds: resetSeconds });
  }
}

/** The one policy there is, with these parameters. */
const structured = (parameters: Record<string, number>) =>
  serializeList([['tickets', new Map(Object.entries(parameters))]]);
