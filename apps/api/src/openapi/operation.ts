import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { answers, content } from './answers.ts';
import type { Area } from './area.ts';
import type { DescribedRoute, RouteDescription } from './describe-route.ts';
import { exampleImageId } from './examples.ts';
import { rateLimitHeaders } from './headers.ts';
import type { ProblemCode } from './problem-codes.ts';
import { problemResponses } from './problem-responses.ts';

/** A route as OpenAPI has it. @param area what a key needs for it; none is open to everybody */
export function operation(route: DescribedRoute, area: Area | undefined): ZodOpenApiOperationObject {
  const { description } = route;
  const { id, tag, summary, details, body, example } = description;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(details !== undefined && { description: details }),
    security: security(description, area),
    requestParams: requestParams(route),
    ...(body && { requestBody: { required: true, content: content(body, example) } }),
    responses: {
      ...answers(description),
      ...problemResponses(problems(route, area), description.rateLimited ? rateLimitHeaders : []),
    },
  };
}

function security({ followToken }: RouteDescription, area: Area | undefined) {
  if (!area) return [];
  return [
    { apiKey: [area.scope] },
    ...(followToken ? [{ followToken: [] }] : []),
    ...(followToken === 'in-header-or-query' ? [{ followTokenInQuery: [] }] : []),
  ];
}

const ImageIdParam = z.object({ id: ImageId.meta({ description: 'the id of an image', examples: [exampleImageId] }) });
const RequestId = z
  .string()
  .max(128)
  .optional()
  .meta({ description: 'what the answer and our log shall name this request', param: { id: 'X-Request-Id' } });
const IfNoneMatch = z.string().optional().meta({ description: 'the `ETag` of what is known already' });
const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({ description: 'of your own, such as a UUID: for 24 h the same request with it is answered the same' });

function requestParams({ path, description }: DescribedRoute) {
  const { params, query, headers, idempotent, conditional } = description;
  const header = {
    ...(idempotent && { 'Idempotency-Key': IdempotencyKey }),
    ...(conditional && { 'If-None-Match': IfNoneMatch }),
  };
  return {
    ...(path.includes(':') && { path: params ?? ImageIdParam }),
    ...(query && { query }),
    header: z.object({ ...header, ...headers?.shape, 'X-Request-Id': RequestId }),
  };
}

/** The codes of keys, bodies, queries and breakdowns follow from what a route takes; the others it names itself. */
function problems({ method, description }: DescribedRoute, area: Area | undefined): ProblemCode[] {
  const { body, query, idempotent, rateLimited, problems: own = [] } = description;
  return [
    ...own,
    ...(area ? keyProblems : []),
    // A body that nobody asked for is limited as well.
    ...(area && method !== 'get' ? bodyLimitProblems : []),
    ...(body ? [...jsonProblems, ...fieldProblems(body)] : []),
    ...(query ? fieldProblems(query) : []),
    ...(idempotent ? idempotencyProblems : []),
    ...(rateLimited ? (['rate-limited'] as const) : []),
    'internal-error',
  ];
}

const keyProblems = ['unauthorized', 'key-expired', 'missing-scope', 'keys-unavailable'] as const;
const bodyLimitProblems = ['body-incomplete', 'body-too-large'] as const;
const jsonProblems = ['invalid-json', 'unsupported-media-type'] as const;
const idempotencyProblems = ['invalid-idempotency-key', 'idempotency-key-reused'] as const;

function fieldProblems(schema: z.ZodType): ProblemCode[] {
  // A union says of what fits none of its forms only that it does not.
  if (!(schema instanceof z.ZodObject)) return ['invalid-field'];
  const isNeeded = Object.values(schema.shape).some((field) => !z.safeParse(field, undefined).success);
  return [...(isNeeded ? (['missing-field'] as const) : []), 'unknown-field', 'invalid-type', 'invalid-field'];
}
