import { ProblemBody } from '@imagemill/http';
import type { Hono } from 'hono';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import packageJson from '../../package.json' with { type: 'json' };
import type { ApiBindings } from '../http/bindings.ts';
import { type DescribedRoute, describedRoutes } from './describe-route.ts';
import { responseHeaders } from './headers.ts';
import { introduction, tags } from './introduction.ts';
import { type Area, operation } from './operation.ts';
import { problemExamples } from './problem-responses.ts';
import { securitySchemes } from './security-schemes.ts';
import { webhooks } from './webhooks.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

interface DocumentOptions {
  readonly app: Pick<Hono<ApiBindings>, 'routes'>;
  readonly areas: readonly Area[];
  readonly apiBaseUrl: string;
}

/** The OpenAPI 3.1 document of an app, made from the descriptions of its routes. @throws Error see `describedRoutes` */
export function createOpenApiDocument({ app, areas, apiBaseUrl }: DocumentOptions): OpenApiDocument {
  const document: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'imagemill',
      version: packageJson.version,
      summary: 'Presigned uploads in, immutable renditions out.',
      description: introduction,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiBaseUrl }],
    tags,
    paths: paths(describedRoutes(app), areas),
    webhooks,
    components: {
      securitySchemes,
      headers: responseHeaders,
      examples: problemExamples(),
      schemas: { Problem: ProblemBody },
    },
  };
  return createDocument(document, { override: ({ jsonSchema, io }) => simplify(jsonSchema, io) });
}

/** Removes details of zod's schemas that only distract readers. */
function simplify(schema: Record<string, unknown>, io: 'input' | 'output'): void {
  // Clients must accept new fields in responses.
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  // The pattern only repeats the format.
  if (schema.format === 'date-time') delete schema.pattern;
}

function paths(routes: readonly DescribedRoute[], areas: readonly Area[]): ZodOpenApiPathsObject {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, ofPath]) => {
      const area = areas.find((one) => covers(one.path, path));
      const item = Object.fromEntries(ofPath.map((route) => [route.method, operation(route, area)]));
      return [path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}'), item];
    }),
  );
}

/** As Hono matches middleware: a path that ends with `/*` also matches its root. */
function covers(area: string, path: string): boolean {
  const root = area.replace(/\/\*$/, '');
  return path === root || (root !== area && path.startsWith(`${root}/`));
}
