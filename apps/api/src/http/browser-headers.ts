import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiSettings } from './api-route.ts';
import type { ApiBindings } from './bindings.ts';

const PREFLIGHT_MAX_AGE_S = 600;
const POLICY = 'content-security-policy';

/** Headers that pages of other origins may send and read, besides those that are always allowed. */
const allowHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-None-Match',
  'Last-Event-ID',
  'X-Request-Id',
];
const exposeHeaders = [
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Limit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];

type BrowserSettings = Pick<ApiSettings, 'corsOrigins' | 'apiBaseUrl'>;

/** Responses are JSON: browsers must not run them, show them in a frame, or guess their type. */
const hardenAnswer = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: 'DENY',
});

/** The docs page runs its own script, shows its own images, and calls the API. */
const hardenDocs = (apiOrigin: string) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", apiOrigin],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
    xFrameOptions: 'DENY',
  });

/** Keeps the policy of routes that set their own, such as the console. */
const keepOwnPolicy = (harden: MiddlewareHandler<ApiBindings>) =>
  createMiddleware<ApiBindings>(async (c, next) => {
    let own: string | null = null;
    await harden(c, async () => {
      await next();
      own = c.res.headers.get(POLICY);
    });
    if (own !== null) c.header(POLICY, own);
  });

/**
 * Security and CORS headers of every response.
 *
 * @param corsOrigins web origins whose pages may call the API; `*` for any, empty for none
 * @param apiBaseUrl the address that the docs page calls
 */
export function browserHeaders({ corsOrigins, apiBaseUrl }: BrowserSettings): MiddlewareHandler<ApiBindings>[] {
  const docs = hardenDocs(new URL(apiBaseUrl).origin);
  const harden = keepOwnPolicy((c, next) => (c.req.path === '/docs' ? docs : hardenAnswer)(c, next));
  if (corsOrigins.length === 0) return [harden];
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins];
  const allowMethods = ['GET', 'POST', 'PATCH', 'DELETE'];
  return [harden, cors({ origin, allowMethods, allowHeaders, exposeHeaders, maxAge: PREFLIGHT_MAX_AGE_S })];
}
