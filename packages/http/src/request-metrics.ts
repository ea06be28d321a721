import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { Histogram, type Registry } from 'prom-client';

/** Methods of the routes. Clients can send any other, and each would be a separate series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export const knownMethod = (method: string) => (METHODS.has(method) ? method : 'other');

/** Request durations by route pattern: paths with ids would make a series per image. */
export function requestMetrics(registry: Registry) {
  const duration = new Histogram({
    name: 'imagemill_http_request_duration_seconds',
    help: 'Time until the response began.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return createMiddleware(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const method = knownMethod(c.req.method);
    duration.observe({ method, route: routePath(c, -1), status: c.res.status }, (performance.now() - startedAt) / 1000);
  });
}
