import type { ZodOpenApiObject } from 'zod-openapi';

type Headers = NonNullable<NonNullable<ZodOpenApiObject['components']>['headers']>;

const seconds = { type: 'integer', minimum: 1 } as const;

/** The headers of answers that say something of their own; those of every HTTP server are left out. */
export const answerHeaders = {
  'X-Request-Id': {
    description: "What the log has this request under: the caller's own `X-Request-Id` where it is sane, else a UUID.",
    required: true,
    schema: { type: 'string', maxLength: 128 },
  },
  Location: {
    description: 'Where the status of the image is.',
    required: true,
    schema: { type: 'string', format: 'uri' },
  },
  ETag: {
    description: 'Of this status; send it as `If-None-Match` to be answered 304 while nothing has changed.',
    required: true,
    schema: { type: 'string' },
  },
  'Cache-Control': { description: 'Who may keep the answer.', required: true, schema: { type: 'string' } },
  'Set-Cookie': {
    description: 'A session of the board, for this browser alone.',
    required: true,
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: 'There when an earlier request had the same `Idempotency-Key`, and its image is answered.',
    schema: { const: 'true' },
  },
  'RateLimit-Limit': { description: "The tenant's tickets in a window.", schema: { type: 'integer', minimum: 1 } },
  'RateLimit-Remaining': { description: 'What is left of them.', schema: { type: 'integer', minimum: 0 } },
  'RateLimit-Reset': { description: 'Seconds until all of them are there again.', schema: seconds },
  'RateLimit-Policy': {
    description:
      'The limit (`q`) and its window in seconds (`w`), as a structured field of draft-ietf-httpapi-ratelimit-headers.',
    schema: { type: 'string', pattern: '^"tickets";q=\\d+;w=\\d+$' },
    example: '"tickets";q=1000;w=10',
  },
  RateLimit: {
    description: 'What is left of it (`r`) and seconds until all of it is there again (`t`), as the same draft has it.',
    schema: { type: 'string', pattern: '^"tickets";r=\\d+;t=\\d+$' },
    example: '"tickets";r=999;t=10',
  },
  'Retry-After': { description: 'Seconds after which to try again.', required: true, schema: seconds },
  'WWW-Authenticate': { description: 'The scheme: `Bearer`.', required: true, schema: { type: 'string' } },
} as const satisfies Headers;

export type AnswerHeader = keyof typeof answerHeaders;

/** Not there where `RATE_LIMIT_TICKETS` is 0. */
export const rateLimitHeaders = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
] as const satisfies AnswerHeader[];

/** Headers as references to what `components` has of them. */
export const headerRefs = (names: Iterable<AnswerHeader>) =>
  Object.fromEntries([...new Set(names)].map((name) => [name, { $ref: `#/components/headers/${name}` }] as const));
