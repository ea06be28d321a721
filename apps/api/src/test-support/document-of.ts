import type { Hono } from 'hono';
import { areas } from '../app.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { type DescribedRoute, describedRoutes } from '../openapi/describe-route.ts';
import { createOpenApiDocument, type OpenApiDocument } from '../openapi/document.ts';

interface MadeDocument {
  readonly routes: readonly DescribedRoute[];
  readonly apiBaseUrl: string;
  readonly document: OpenApiDocument;
}

/** The documents of this process: its harnesses share them, and the schemas that are compiled from them, which take seconds of CPU. */
const made: MadeDocument[] = [];

/** The OpenAPI document of an app; the same object for apps with the same routes and the same address. */
export function documentOf(app: Pick<Hono<ApiBindings>, 'routes'>, apiBaseUrl: string): OpenApiDocument {
  const routes = describedRoutes(app);
  const existing = made.find((one) => one.apiBaseUrl === apiBaseUrl && isSame(one.routes, routes));
  if (existing) return existing.document;
  const document = createOpenApiDocument({ app, areas, apiBaseUrl });
  made.push({ routes, apiBaseUrl, document });
  return document;
}

const isSame = (some: readonly DescribedRoute[], others: readonly DescribedRoute[]): boolean =>
  some.length === others.length &&
  some.every((route, index) => {
    const other = others[index];
    return route.method === other?.method && route.path === other.path && route.description === other.description;
  });
