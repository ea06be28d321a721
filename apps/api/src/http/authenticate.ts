import { Problem } from '@imagemill/http';
import { grants, type Scope } from '@imagemill/keys';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Authenticator, Caller } from '../auth/authenticator.ts';
import type { FollowTokens } from '../auth/follow-tokens.ts';
import type { ApiBindings } from './bindings.ts';

/** Requires a key with the scope, and sets `c.var.caller` to its owner. */
export function authenticate(authenticator: Authenticator, scope: Scope) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    // Set by `admitFollowers`.
    if (c.var.caller) return next();
    const key = bearerToken(c);
    const caller = key === undefined ? 'unknown' : await authenticator.identify(key);
    if (caller === 'unknown') throw unauthorized;
    if (caller === 'expired') throw keyExpired;
    if (!grants(caller.scopes, scope)) {
      throw new Problem({ status: 403, code: 'missing-scope', detail: `This key does not have the scope "${scope}".` });
    }
    c.set('caller', caller);
    return next();
  });
}

/**
 * Accepts a follow token instead of a key for reads of its image. Any other request continues to `authenticate`.
 *
 * @param options.inQuery also accepts `?token=`, for EventSource and WebSocket in browsers; never an API key
 */
export function admitFollowers(tokens: FollowTokens, { inQuery = false } = {}) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    const sent = bearerToken(c) ?? (inQuery ? c.req.query('token') : undefined);
    const token = c.req.method === 'GET' ? sent : undefined;
    // API keys contain no dot.
    const followed = token?.includes('.') ? tokens.verify(token) : undefined;
    if (followed && followed.imageId === c.req.param('id')) {
      c.set('caller', { tenant: followed.tenant, scopes: new Set<never>() } satisfies Caller);
    }
    await next();
  });
}

/** One for all requests: making the stack of an error took a twentieth of the CPU of a refusal. */
const unauthorized = new Problem({
  status: 401,
  code: 'unauthorized',
  detail: 'Send a valid API key as `Authorization: Bearer <key>`.',
  headers: { 'www-authenticate': 'Bearer' },
});

/** Reveals nothing to strangers: the caller has the whole key. */
const keyExpired = new Problem({
  status: 401,
  code: 'key-expired',
  detail: 'This API key has expired. Use another one.',
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
});

const bearerToken = (c: Context): string | undefined =>
  /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
