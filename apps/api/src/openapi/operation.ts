import type { Scope } from '@imagemill/keys';
import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { DescribedRoute, RouteDescription } from './describe-route.ts';
import { exampleImageId } from './examples.ts';
import { rateLimitHeaders } from './headers.ts';
import type { ProblemCode } from './problem-codes.ts';
import { problemResponses } from './problem-responses.ts';
import { content, responses } from './responses.ts';

/** A range of paths, with the scope that a key needs there. */
export interface Area {
  readonly path: string;
  readonly scope: Scope;
  readonly bodyBytesMax: number;
}

/** A route as an OpenAPI operation. @param area the scope and limits of the route; without one it needs no key */
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
      ...responses(description),
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
  .meta({ description: "the request's id, in the response and in our logs", param: { id: 'X-Request-Id' } });
const IfNoneMatch = z.string().optional().meta({ description: 'the `ETag` of an earlier response' });
const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({ description: 'a unique value, such as a UUID: the same request with it gets the same result for 24 h' });

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

/** Error codes for auth, bodies, queries and outages are added automatically; a route names its other codes itself. */
function problems({ method, description }: DescribedRoute, area: Area | undefined): ProblemCode[] {
  const { body, query, idempotent, problems: own = [] } = description;
  return [
    ...own,
    ...(area ? keyProblems : []),
    // Bodies are limited even on routes that need none.
    ...(area && method !== 'get' ? bodyLimitProblems : []),
    ...(body ? [...jsonProblems, ...fieldProblems(body)] : []),
    ...(query ? queryProblems(query) : []),
    ...(idempotent ? idempotencyProblems : []),
    ...(area?.scope === 'upload' ? (['rate-limited'] as const) : []),
    'internal-error',
  ];
}

const keyProblems = [
  ...(['unauthorized', 'key-expired', 'missing-scope', 'keys-unavailable', 'too-many-requests'] as const),
];
const bodyLimitProblems = ['body-incomplete', 'body-too-large', 'body-too-fragmented', 'too-many-bodies'] as const;
const jsonProblems = ['invalid-json', 'unsupported-media-type', 'body-too-complex'] as const;
const idempotencyProblems = ['invalid-idempotency-key', 'idempotency-key-reused'] as const;

/** The values of a query are strings. */
const queryProblems = (query: z.ZodType): ProblemCode[] =>
  fieldProblems(query).filter((code) => code !== 'invalid-type' || !hasStringsOnly(query));

const hasStringsOnly = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodObject && Object.values(schema.shape).every((field) => field instanceof z.ZodString);

function fieldProblems(schema: z.ZodType): ProblemCode[] {
  // A union reports only that its input matches none of its forms.
  if (!(schema instanceof z.ZodObject)) return ['invalid-field'];
  const isNeeded = Object.values(schema.shape).some((field) => !z.safeParse(field, undefined).success);
  return [...(isNeeded ? (['missing-field'] as const) : []), 'unknown-field', 'invalid-type', 'invalid-field'];
}
