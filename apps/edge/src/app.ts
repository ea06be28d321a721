import { errorHandler, type HttpBindings, notFound, requestLog, requestSpans } from '@imagemill/http';
import type { Logger } from '@imagemill/service';
import { Hono, type MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { requestId } from 'hono/request-id';
import type { EdgeRoute, EdgeServices } from './http/edge-route.ts';
import { plainPaths } from './http/plain-path.ts';
import { health } from './routes/health.ts';
import { privateRendition } from './routes/private-rendition.ts';
import { rendition } from './routes/rendition.ts';
import { size } from './routes/size.ts';
import { variant } from './routes/variant.ts';

const routes: readonly EdgeRoute[] = [rendition, privateRendition, variant, size];

interface AppOptions {
  readonly probes: Parameters<typeof health>[1];
  readonly logger: Logger;
  /** Whether a span continues the trace of the header `traceparent`. */
  readonly trustsTraceparent: boolean;
  readonly observers?: readonly MiddlewareHandler[];
}

/** The edge as a Hono app; nothing in it reads the environment or opens a connection. */
export function createApp(services: EdgeServices, options: AppOptions): Hono<HttpBindings> {
  const { probes, logger, trustsTraceparent, observers = [] } = options;
  const app = new Hono<HttpBindings>();
  // Never the client's own: responses are cached, and must not repeat a header of the request.
  app.use(requestId({ headerName: '' }), ...requestSpans({ continuesCallers: trustsTraceparent }));
  app.use(requestLog<HttpBindings>(logger), ...observers, failureHeaders, plainPaths());
  app.onError(errorHandler);
  app.notFound(notFound);
  health(app, probes);
  for (const route of routes) route(app, services);
  return app;
}

/** Failures are not cached, unless they say for how long. As with pictures, pages of all origins may read them. */
const failureHeaders = createMiddleware(async (c, next) => {
  await next();
  if (c.res.status < 400) return;
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  c.res.headers.set('access-control-allow-origin', '*');
});
