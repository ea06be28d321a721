import { createMiddleware } from 'hono/factory';
import type { Authenticator, Scope } from '../auth/api-keys.ts';
import type { ApiBindings } from './bindings.ts';
import { Problem } from './problem.ts';

/** Lets a request pass only with a key that has the scope; the handler finds its owner in `c.var.caller`. */
export function authenticate(authenticator: Authenticator, scope: Scope) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    const key = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const caller = key === undefined ? undefined : authenticator.identify(key);
    if (!caller) {
      throw new Problem({
        status: 401,
        code: 'unauthorized',
        detail: 'Send a valid API key as `Authorization: Bearer <key>`.',
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    if (!caller.scopes.has(scope)) {
      throw new Problem({ status: 403, code: 'missing-scope', detail: `This key does not have the scope "${scope}".` });
    }
    c.set('caller', caller);
    await next();
  });
}
