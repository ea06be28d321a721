import type { Hono } from 'hono';
import { z } from 'zod';
import type { ApiBindings } from '../http/bindings.ts';
import { createFixedAnswer } from '../http/fixed-answer.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { docsAssets, docsPage } from '../openapi/docs-page.ts';
import { createOpenApiDocument } from '../openapi/document.ts';
import type { Area } from '../openapi/operation.ts';

interface DocumentationOptions {
  readonly areas: readonly Area[];
  readonly apiBaseUrl: string;
}

const descriptions = {
  document: describeRoute({
    id: 'getOpenApiDocument',
    tag: 'Service',
    summary: 'This document',
    conditional: true,
    responses: {
      200: { description: 'OpenAPI 3.1.', body: z.looseObject({ openapi: z.string() }), headers: ['Cache-Control'] },
    },
  }),
  page: describeRoute({
    id: 'getDocsPage',
    tag: 'Service',
    summary: 'This document as a web page',
    conditional: true,
    responses: {
      200: {
        description: 'A page that loads nothing from other sites.',
        body: z.string(),
        mediaType: 'text/html',
        headers: ['Cache-Control'],
      },
    },
  }),
  asset: describeRoute({
    id: 'getDocsAsset',
    tag: 'Service',
    summary: 'Scripts and styles of that page',
    params: z.object({ file: z.enum(Object.keys(docsAssets)) }),
    conditional: true,
    responses: {
      200: {
        description: 'A script or a style sheet.',
        body: z.string(),
        mediaType: 'text/*',
        headers: ['Cache-Control'],
      },
    },
    problems: ['route-not-found'],
  }),
};

/** GET /openapi.json and GET /docs: the document of all routes. Call it after all routes are registered. */
export function documentation(app: Hono<ApiBindings>, { areas, apiBaseUrl }: DocumentationOptions): void {
  const document = createFixedAnswer(() => ({
    body: JSON.stringify(createOpenApiDocument({ app, areas, apiBaseUrl })),
    contentType: 'application/json',
    cacheControl: 'no-cache',
  }));
  app.get('/openapi.json', descriptions.document, document);
  app.get('/docs', descriptions.page, createFixedAnswer(docsPage));

  const answers = new Map(Object.entries(docsAssets).map(([file, make]) => [file, createFixedAnswer(make)]));
  app.get('/docs/:file', descriptions.asset, (c) => answers.get(c.req.param('file'))?.(c) ?? c.notFound());
}
