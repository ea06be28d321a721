import type { Scope } from '@imagemill/keys';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Authenticator, Caller } from '../auth/authenticator.ts';
import type { FollowTokens } from '../auth/follow-tokens.ts';
import type { ApiBindings } from './bindings.ts';
import { Problem } from './problem.ts';

/** Lets a request pass only with a key that has the scope; the handler finds its owner in `c.var.caller`. */
export function authenticate(authenticator: Authenticator, scope: Scope) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    // A follow token was looked at before.
    if (c.var.caller) return next();
    const key = bearerToken(c);
    const caller = key === undefined ? 'unknown' : await authenticator.identify(key);
    if (caller === 'unknown') throw unauthorized();
    if (caller === 'expired') throw keyExpired();
    if (!caller.scopes.has(scope)) {
      throw new Problem({ status: 403, code: 'missing-scope', detail: `This key does not have the scope "${scope}".` });
    }
    c.set('caller', caller);
    return next();
  });
}

/**
 * Lets a follow token stand for a key where one image is read; what it is not for goes on to be asked for a key.
 *
 * @param options.inQuery also takes `?token=`, for browsers' EventSource and WebSocket; an API key never stands there
 */
export function admitFollowers(tokens: FollowTokens, { inQuery = false } = {}) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    const sent = bearerToken(c) ?? (inQuery ? c.req.query('token') : undefined);
    const token = c.req.method === 'GET' ? sent : undefined;
    // API keys hold no dot.
    const followed = token?.includes('.') ? await tokens.verify(token) : undefined;
    if (followed && followed.imageId === c.req.param('id')) {
      c.set('caller', { tenant: followed.tenant, scopes: new Set<never>() } satisfies Caller);
    }
    await next();
  });
}

const unauthorized = () =>
  new Problem({
    status: 401,
    code: 'unauthorized',
    detail: 'Send a valid API key as `Authorization: Bearer <key>`.',
    headers: { 'www-authenticate': 'Bearer' },
  });

/** Only for whoever has the key itself, so it tells a stranger nothing. */
const keyExpired = () =>
  new Problem({
    status: 401,
    code: 'key-expired',
    detail: 'This API key has expired. Use another one.',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

const bearerToken = (c: Context): string | undefined =>
  /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
