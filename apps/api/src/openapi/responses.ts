import type { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { ResponseDescription, RouteDescription } from './describe-route.ts';
import { headerRefs, rateLimitHeaders } from './headers.ts';

/** An OpenAPI content object. */
export function content(schema: z.ZodType, example: unknown, mediaType = 'application/json') {
  const examples = example !== undefined && { examples: { example: { value: example } } };
  return { [mediaType]: { schema, ...examples } };
}

/** The successful responses of a route, by status. */
export function responses(description: RouteDescription): Record<string, ZodOpenApiResponseObject> {
  const { idempotent, conditional, rateLimited } = description;
  const always = [
    ...(['X-Request-Id'] as const),
    ...(idempotent ? (['Idempotent-Replayed'] as const) : []),
    ...(rateLimited ? rateLimitHeaders : []),
    ...(conditional ? (['ETag'] as const) : []),
  ];
  const all = Object.entries({ ...description.responses, ...(conditional && { 304: notModified }) });
  return Object.fromEntries(
    all.map(([status, { description: text, headers = [], body, example, mediaType }]) => [
      status,
      {
        description: text,
        headers: headerRefs([...always, ...headers]),
        ...(body && { content: content(body, example, mediaType) }),
      },
    ]),
  );
}

const notModified: ResponseDescription = { description: 'Not modified.' };
