import type { Hono, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import type { ApiBindings } from '../http/bindings.ts';
import type { ResponseHeader } from './headers.ts';
import type { ProblemCode } from './problem-codes.ts';

export interface ResponseDescription {
  readonly description: string;
  /** Schema of a JSON body; none without a body. */
  readonly body?: z.ZodType;
  /** Example of the body, if its schema has none. */
  readonly example?: unknown;
  /** Media type of a body that is not JSON; `text/*` for any text. */
  readonly mediaType?: string;
  readonly headers?: readonly ResponseHeader[];
}

/** A route as the document describes it. The same schemas validate the request and type the response. */
export interface RouteDescription {
  /** Names the operation in generated clients. */
  readonly id: string;
  readonly tag: 'Uploads' | 'Images' | 'Events' | 'Moderation' | 'Operation' | 'Service';
  readonly summary: string;
  readonly details?: string;
  /** Path parameters; image ids if not set. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Request headers, besides those that the flags below add. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Example of the body. */
  readonly example?: unknown;
  /** Accepts an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Responds with `RateLimit-*`. */
  readonly rateLimited?: boolean;
  /** Responds 304 if `If-None-Match` still matches. */
  readonly conditional?: boolean;
  /** Accepts a follow token of the image; in the query as well if browsers cannot send a header. */
  readonly followToken?: 'in-header' | 'in-header-or-query';
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** Error codes of this route; those for auth, bodies and queries are added automatically. */
  readonly problems?: readonly ProblemCode[];
}

const descriptions = new WeakMap<object, RouteDescription>();

/** Describes a route. Pass it before the handler; it does not touch the request. */
export function describeRoute(description: RouteDescription): MiddlewareHandler<ApiBindings> {
  const passOn: MiddlewareHandler<ApiBindings> = (_c, next) => next();
  descriptions.set(passOn, description);
  return passOn;
}

export interface DescribedRoute {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In Hono's form: `/v1/images/:id`. */
  readonly path: string;
  readonly description: RouteDescription;
}

/** Every route of an app with its description. @throws Error naming routes that have none */
export function describedRoutes(app: Pick<Hono<ApiBindings>, 'routes'>): DescribedRoute[] {
  // Hono lists middleware without a method, and a route once for each of its handlers.
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
  throw new Error(`routes without a description (see CONTRIBUTING.md, "Add a route"): ${undescribed.join(', ')}`);
}
