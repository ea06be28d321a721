import type { Logger } from '@imagemill/service';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { HttpBindings } from './bindings.ts';

/**
 * One line per request, without its query string, headers or body: they contain secrets.
 *
 * @param more further fields of the line, read after the request
 */
export function requestLog<Bindings extends HttpBindings>(
  root: Logger,
  more: (c: Context<Bindings>) => Readonly<Record<string, unknown>> = () => ({}),
) {
  return createMiddleware<Bindings>(async (c, next) => {
    const startedAt = performance.now();
    c.set('logger', root.child({ requestId: c.var.requestId }));
    await next();
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const line = {
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms,
      ...more(c),
    };
    c.var.logger[c.res.status >= 500 ? 'error' : 'info'](line, 'request');
  });
}
