import type { HttpBindings as NodeBindings } from '@hono/node-server';
import { type HttpBindings, Problem } from '@imagemill/http';
import { createMiddleware } from 'hono/factory';

/** Printable ASCII without `%`, `\`, `?` and `#`: no part of a path that exists here needs an escape. */
const PLAIN = /^(?:\/[\w.~,=:@!$&'()*+;-]*)+$/;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/**
 * Rejects paths that a cache and the edge may read differently: with escapes, dot segments, or an absolute URL as request target.
 * URL parsers resolve those before a router sees the path.
 */
export function plainPaths() {
  return createMiddleware<HttpBindings & { Bindings: Partial<NodeBindings> }>(async (c, next) => {
    const target = c.env?.incoming?.url ?? c.req.raw.url.replace(/^\w+:\/\/[^/]*/, '');
    const [path = ''] = target.split('?', 1);
    if (!PLAIN.test(path) || DOT_SEGMENT.test(path)) {
      throw new Problem({
        status: 400,
        code: 'bad-path',
        detail: 'The path must not have escapes or dot segments.',
        headers: { 'cache-control': 'no-store' },
      });
    }
    await next();
  });
}
