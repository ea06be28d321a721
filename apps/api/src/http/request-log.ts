import type { Logger } from '@imagemill/service';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { ApiBindings } from './bindings.ts';

/** One line per request, without its query string, headers or body: they contain secrets. */
export function requestLog(root: Logger) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    const startedAt = performance.now();
    c.set('logger', root.child({ requestId: c.var.requestId }));
    await next();
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const line = {
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms,
      tenant: c.var.caller?.tenant,
      keyId: c.var.caller?.keyId,
    };
    c.var.logger[c.res.status >= 500 ? 'error' : 'info'](line, 'request');
  });
}
