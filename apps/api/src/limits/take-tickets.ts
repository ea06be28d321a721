import { tooMany } from '@imagemill/http';
import type { Context } from 'hono';
import { serializeList } from 'structured-headers';
import type { ApiBindings } from '../http/bindings.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Takes tickets from the tenant's rate limit and adds the rest to the response: as the structured fields (RFC 9651) of
 * draft-ietf-httpapi-ratelimit-headers, and as the three headers of its early drafts, which more clients support.
 *
 * @param rate undefined for no limit
 * @throws Problem 429 `rate-limited`, for all of them if not enough are left
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
    const detail = `This tenant can get ${limit} tickets every ${windowSeconds} s.`;
    throw tooMany({ code: 'rate-limited', detail, retryAfterSeconds: resetSeconds });
  }
}

/** The only policy, with these parameters. */
const structured = (parameters: Record<string, number>) =>
  serializeList([['tickets', new Map(Object.entries(parameters))]]);
