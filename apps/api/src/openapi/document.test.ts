import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { SchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areas } from '../app.ts';
import { createApiHarness, FOLLOW_TOKEN_SECRET } from '../test-support/api-harness.ts';
import { operationsOf } from '../test-support/operations.ts';
import { createOpenApiDocument } from './document.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;
let api: Harness;
let text: string;
let document: SchemaObject;
beforeAll(async () => {
  api = await createApiHarness();
  text = await (await api.app.request('/openapi.json')).text();
  document = JSON.parse(text);
});
afterAll(() => api.close());

const operations = () => Object.values(document.paths).flatMap((path) => Object.values(path as SchemaObject));

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(await new Validator().validate(JSON.parse(text))).toEqual({ valid: true });
  });

  test('gives each operation a unique id, a summary and a described tag', () => {
    const all = operations();
    const ids = all.map(({ operationId }) => operationId);
    const tags = new Set(document.tags.map(({ name }: { name: string }) => name));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, tags: own } of all) {
      expect({ operationId, known: own.every((tag: string) => tags.has(tag)) }).toEqual({ operationId, known: true });
      expect(summary.length, operationId).toBeGreaterThan(9);
    }
  });

  test("has the service's URL and version", () => {
    expect(document.servers).toEqual([{ url: 'http://api.test' }]);
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('contains no secret, address or name of the infrastructure', () => {
    for (const secret of [FOLLOW_TOKEN_SECRET, ...Object.values(api.keys), api.originals.bucket, api.prefix]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|redis:\/\//);
  });

  test('describes a webhook for every event', () => {
    expect(Object.keys(document.webhooks)).toEqual([
      'image.ready',
      'image.rejected',
      'image.held',
      'image.failed',
      'image.expired',
    ]);
  });

  test('is a 304 for a matching ETag, and compressed if the client accepts gzip', async () => {
    const plain = await api.app.request('/openapi.json');
    const etag = plain.headers.get('etag') ?? '';
    const again = await api.app.request('/openapi.json', { headers: { 'if-none-match': etag } });
    expect({ status: again.status, body: await again.text() }).toEqual({ status: 304, body: '' });
    for (const [accepted, encoding] of [
      ['br, gzip', 'gzip'],
      ['gzip;q=0.5', 'gzip'],
      ['gzip;q=0, *', null],
      ['br', null],
    ] as const) {
      const { headers } = await api.app.request('/openapi.json', { headers: { 'accept-encoding': accepted } });
      expect({ accepted, encoding: headers.get('content-encoding') }).toEqual({ accepted, encoding });
    }
  });
});

describe('every example', () => {
  /** With the path of its schema in the document. */
  function examples(node: unknown, path: string[] = []): { where: string; schema: string; value: unknown }[] {
    if (typeof node !== 'object' || node === null) return [];
    const { examples: own, schema } = node as { examples?: object; schema?: unknown };
    const where = (...parts: string[]) =>
      `#/${[...path, ...parts].map((part) => part.replaceAll('/', '~1')).join('/')}`;
    const ofSchema = Array.isArray(own) ? own.map((value) => ({ where: where(), schema: where(), value })) : [];
    const ofMediaType = schema && own && !Array.isArray(own) ? Object.values(own) : [];
    return [
      ...ofSchema,
      ...ofMediaType.map((example) => ({ where: where(), schema: where('schema'), value: resolved(example).value })),
      ...Object.entries(node).flatMap(([key, value]) => (key === 'examples' ? [] : examples(value, [...path, key]))),
    ];
  }
  const resolved = ({ $ref, ...own }: { $ref?: string; value?: unknown }) =>
    $ref === undefined ? own : document.components.examples[$ref.split('/').at(-1) ?? ''];

  test('exists for every JSON request and response', () => {
    const hasExample = ({
      schema,
      examples: own,
    }: {
      schema: { $ref?: string; examples?: unknown };
      examples?: unknown;
    }) => own ?? schema.examples ?? document.components.schemas[schema.$ref?.split('/').at(-1) ?? '']?.examples;
    const lacking = operations().flatMap(({ operationId, requestBody, responses }) =>
      [requestBody, ...Object.values<SchemaObject>(responses)]
        .flatMap((part) => part?.content?.['application/json'] ?? [])
        .flatMap((json) => (hasExample(json) ? [] : operationId)),
    );
    // The document has no example of itself.
    expect(lacking, 'give it an `example` in its description').toEqual(['getOpenApiDocument']);
  });

  test('is valid against its schema', () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    ajv.addSchema(document, 'openapi');
    const all = examples(document);
    expect(all.length).toBeGreaterThan(100);
    for (const { where, schema, value } of all) {
      const validate = ajv.getSchema(`openapi${encodeURI(schema)}`);
      expect({ where, valid: validate?.(value), errors: validate?.errors }).toEqual({
        where,
        valid: true,
        errors: null,
      });
    }
  });
});

test('docs/http-api.md lists exactly the operations of the document, with their scopes', async () => {
  const text = await readFile(new URL('../../../../docs/http-api.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (`(?:GET|POST|PATCH|DELETE) .*?) \| (\w+)/gm)];
  const listed = rows.flatMap(([, calls = '', scope]) =>
    [...calls.matchAll(/`(GET|POST|PATCH|DELETE) ([^`?\s]+)/g)].map(([, method, path]) => `${method} ${path} ${scope}`),
  );
  const operations = operationsOf(api.document).filter(({ path }) => path !== '/docs/{file}');
  expect(listed.sort()).toEqual(
    operations.map(({ method, path, scope = 'none' }) => `${method} ${path} ${scope}`).sort(),
  );
});

test('a route without a description fails with its name and the remedy', () => {
  const app = new Hono().get('/v1/forgotten', (c) => c.body(null));
  expect(() => createOpenApiDocument({ app: app as never, areas, apiBaseUrl: 'http://api.test' })).toThrow(
    'routes without a description (see CONTRIBUTING.md, "Add a route"): GET /v1/forgotten',
  );
});

describe('the docs page', () => {
  test('needs no key, and loads only files from the API', async () => {
    const page = await api.app.request('/docs');
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
    expect(loaded.filter((address) => /^(?:\w+:)?\/\//.test(address))).toEqual([]);
    const files = loaded.filter((address) => !address.startsWith('data:'));
    expect(files).toEqual(['docs/swagger-ui.css', 'docs/swagger-ui-bundle.js', 'docs/start.js']);
    for (const file of files) {
      const { status, headers } = await api.app.request(`/${file}`);
      const type = file.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect({ file, status, type: headers.get('content-type') }).toEqual({
        file,
        status: 200,
        type: `${type}; charset=utf-8`,
      });
    }
  });

  test('may run only its own scripts, and connect only to the API', async () => {
    const policy = (await api.app.request('/docs')).headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self' http://api.test"]),
    );
    expect(policy).not.toMatch(/unsafe|\*|https:/);
  });

  test('serves no other file of the package', async () => {
    for (const file of ['index.html', 'package.json', '..%2fpackage.json', 'swagger-ui-bundle.js.map', '__proto__']) {
      expect((await api.app.request(`/docs/${file}`)).status, file).toBe(404);
    }
  });
});
