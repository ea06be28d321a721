import { inSpan, isTracing } from '@imagemill/tracing';
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { knownMethod } from './request-metrics.ts';

/** An orchestrator requests them every few seconds. */
const PROBES = new Set(['/healthz', '/readyz']);

interface RequestSpansOptions {
  /** Whether the span continues the trace of the caller. If not, a stranger's header cannot decide what is recorded. */
  readonly continuesCallers: boolean;
}

/**
 * A span for each request; nothing if the process records no spans. The span ends when the response begins. It has the route and never
 * the URL: queries contain signatures and tokens.
 */
export function requestSpans({ continuesCallers }: RequestSpansOptions): readonly MiddlewareHandler[] {
  if (!isTracing()) return [];
  return [
    createMiddleware(async (c, next) => {
      if (PROBES.has(c.req.path)) return next();
      const method = knownMethod(c.req.method);
      const facts = { 'http.request.method': method };
      const continues = continuesCallers
        ? ({ from: 'request', headers: (name: string) => c.req.header(name) } as const)
        : ({ from: 'record', carried: undefined } as const);
      await inSpan(method, { kind: 'server', facts, continues }, async (span) => {
        await next();
        const { status } = c.res;
        const route = routePath(c, -1);
        span.rename(`${method} ${route}`);
        span.add({ 'http.route': route, 'http.response.status_code': status });
        if (status >= 500) span.fail(c.error);
      });
    }),
  ];
}
