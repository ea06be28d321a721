import type { Hono, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import type { ApiBindings } from '../http/bindings.ts';
import type { AnswerHeader } from './headers.ts';
import type { ProblemCode } from './problem-codes.ts';

export interface AnswerDescription {
  readonly what: string;
  /** Of a JSON body; none without a body. */
  readonly body?: z.ZodType;
  /** Of the body, where its schema has none. */
  readonly example?: unknown;
  /** Of a body that is not JSON; `text/*` for any text. */
  readonly mediaType?: string;
  readonly headers?: readonly AnswerHeader[];
}

/** What the document says of a route. Its schemas are those that validate the request and type the answer. */
export interface RouteDescription {
  /** Names the operation in generated clients. */
  readonly id: string;
  readonly tag: 'Uploads' | 'Images' | 'Events' | 'Operation' | 'Service';
  readonly summary: string;
  readonly details?: string;
  /** Of the parameters in the path; those that are not named are image ids. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Of the request, beside those that the flags below stand for. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Of the body. */
  readonly example?: unknown;
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Answers with `RateLimit-*`. */
  readonly rateLimited?: boolean;
  /** Answers 304 for an `If-None-Match` that still holds. */
  readonly conditional?: boolean;
  /** Open to a follow token of the image, too; in the query where browsers can send no header. */
  readonly followToken?: 'in-header' | 'in-header-or-query';
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** Codes of this route's own; those of keys, bodies and queries are known from the rest. */
  readonly problems?: readonly ProblemCode[];
}

const descriptions = new WeakMap<object, RouteDescription>();

/** Describes the route that it is given to. It stands before the handler and does nothing to a request. */
export function describeRoute(description: RouteDescription): MiddlewareHandler<ApiBindings> {
  const passOn: MiddlewareHandler<ApiBindings> = (_c, next) => next();
  descriptions.set(passOn, description);
  return passOn;
}

export interface DescribedRoute {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Hono has it: `/v1/images/:id`. */
  readonly path: string;
  readonly description: RouteDescription;
}

/** Every route of an app with its description. @throws Error naming routes that have none */
export function describedRoutes(app: Pick<Hono<ApiBindings>, 'routes'>): DescribedRoute[] {
  // Middleware of its own has no method; a route stands there once for each of its handlers.
  const handlers = app.routes.filter(({ method }) => method !== 'ALL');
  const routes = Map.groupBy(handlers, ({ method, path }) => `${method} ${path}`);
  const undescribed: string[] = [];
  const described = [...routes].flatMap(([name, [first, ...others]]): DescribedRoute[] => {
    const description = [first, ...others].flatMap((route) => (route && descriptions.get(route.handler)) ?? [])[0];
    if (!first || !description) undescribed.push(name);
    if (!first || !description) return [];
    return [{ method: first.method.toLowerCase() as DescribedRoute['method'], path: first.path, description }];
  });
  if (undescribed.length === 0) return described;
  throw new Error(`not described (see CONTRIBUTING.md, "Add a route"): ${undescribed.join(', ')}`);
}
