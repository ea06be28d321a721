import type { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { AnswerDescription, RouteDescription } from './describe-route.ts';
import { headerRefs, rateLimitHeaders } from './headers.ts';

/** An OpenAPI content object. */
export function content(schema: z.ZodType, example: unknown, mediaType = 'application/json') {
  const examples = example !== undefined && { examples: { example: { value: example } } };
  return { [mediaType]: { schema, ...examples } };
}

/** The successful responses of a route, by status. */
export function answers(description: RouteDescription): Record<string, ZodOpenApiResponseObject> {
  const { idempotent, conditional, rateLimited } = description;
  const always = [
    ...(['X-Request-Id'] as const),
    ...(idempotent ? (['Idempotent-Replayed'] as const) : []),
    ...(rateLimited ? rateLimitHeaders : []),
    ...(conditional ? (['ETag'] as const) : []),
  ];
  const all = Object.entries({ ...description.answers, ...(conditional && { 304: notModified }) });
  return Object.fromEntries(
    all.map(([status, { what, headers = [], body, example, mediaType }]) => [
      status,
      {
        description: what,
        headers: headerRefs([...always, ...headers]),
        ...(body && { content: content(body, example, mediaType) }),
      },
    ]),
  );
}

const notModified: AnswerDescription = { what: 'Not modified.' };
