import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiBindings } from './bindings.ts';

const PREFLIGHT_MAX_AGE_S = 600;

/** What a page of another origin may send, and may read of an answer, beside what every page may. */
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
  'RateLimit-Limit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];

/** Answers hold JSON and nothing that a browser should run, show in a frame, or guess the type of. */
const harden = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: 'DENY',
});

/**
 * What browsers are told about every answer.
 *
 * @param corsOrigins web origins whose pages may call the API; `*` is any, none is none
 */
export function browserHeaders(corsOrigins: readonly string[]): MiddlewareHandler<ApiBindings>[] {
  if (corsOrigins.length === 0) return [harden];
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins];
  const allowMethods = ['GET', 'POST', 'DELETE'];
  return [harden, cors({ origin, allowMethods, allowHeaders, exposeHeaders, maxAge: PREFLIGHT_MAX_AGE_S })];
}
