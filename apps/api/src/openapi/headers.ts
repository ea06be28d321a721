import type { ZodOpenApiObject } from 'zod-openapi';

type Headers = NonNullable<NonNullable<ZodOpenApiObject['components']>['headers']>;

const seconds = { type: 'integer', minimum: 1 } as const;

/** The headers that are specific to this API; those of every HTTP server are left out. */
export const responseHeaders = {
  'X-Request-Id': {
    description: "The request's id in our logs: the caller's own `X-Request-Id` if it is valid, else a UUID.",
    required: true,
    schema: { type: 'string', maxLength: 128 },
  },
  Location: {
    description: "URL of the image's status.",
    required: true,
    schema: { type: 'string', format: 'uri' },
  },
  ETag: {
    description: 'Version of this response. Send it as `If-None-Match`: the response is 304 while nothing has changed.',
    required: true,
    schema: { type: 'string' },
  },
  'Cache-Control': { description: 'How the response may be cached.', required: true, schema: { type: 'string' } },
  'Set-Cookie': {
    description: 'Session cookie of the board.',
    required: true,
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: 'Present if an earlier request had the same `Idempotency-Key`; the response is about its image.',
    schema: { const: 'true' },
  },
  'RateLimit-Limit': { description: "The tenant's tickets per window.", schema: { type: 'integer', minimum: 1 } },
  'RateLimit-Remaining': { description: 'Tickets left in this window.', schema: { type: 'integer', minimum: 0 } },
  'RateLimit-Reset': { description: 'Seconds until the window ends.', schema: seconds },
  'RateLimit-Policy': {
    description:
      'The limit (`q`) and its window in seconds (`w`), as a structured field of draft-ietf-httpapi-ratelimit-headers.',
    schema: { type: 'string', pattern: '^"tickets";q=\\d+;w=\\d+$' },
    example: '"tickets";q=1000;w=10',
  },
  RateLimit: {
    description: 'Tickets left (`r`) and seconds until the window ends (`t`), as a structured field of the same draft.',
    schema: { type: 'string', pattern: '^"tickets";r=\\d+;t=\\d+$' },
    example: '"tickets";r=999;t=10',
  },
  'Retry-After': { description: 'Seconds to wait before a retry.', required: true, schema: seconds },
  'WWW-Authenticate': {
    description: 'The authentication scheme: `Bearer`.',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Headers;

export type ResponseHeader = keyof typeof responseHeaders;

/** Absent if `RATE_LIMIT_TICKETS` is 0. */
export const rateLimitHeaders = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
] as const satisfies ResponseHeader[];

/** Headers as references into `components`. */
export const headerRefs = (names: Iterable<ResponseHeader>) =>
  Object.fromEntries([...new Set(names)].map((name) => [name, { $ref: `#/components/headers/${name}` }] as const));
