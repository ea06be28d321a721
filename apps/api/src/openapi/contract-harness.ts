import type { SchemaObject } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApiDocument } from './document.ts';

interface Header {
  readonly required?: boolean;
  readonly schema: SchemaObject;
}

interface Operation {
  readonly requestBody?: unknown;
  readonly responses: Record<string, Documented>;
}

interface Documented {
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, unknown>;
}

/** What any HTTP server may say, and what all answers have alike; other tests hold it. */
const ordinary = new RegExp(
  `^(?:${[
    'access-control-.*|connection|content-.*|cross-origin-.*|date|keep-alive|origin-agent-cluster|referrer-policy',
    'strict-transport-security|transfer-encoding|vary|x-(?:accel|content|dns|download|frame|permitted|xss)-.*|cache-control',
  ].join('|')})$`,
);

/** Holds answers against an OpenAPI document, to the letter: what it does not name must not come. */
export function createContract(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(closed(document) as SchemaObject, 'openapi');
  const compiled = new Map<string, ValidateFunction>();
  const seen = new Set<string>();

  function mismatches(value: unknown, ...path: string[]): string[] {
    const pointer = path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }

  function headerMismatches(documented: Documented, headers: Headers): string[] {
    const known = new Map(Object.keys(documented.headers ?? {}).map((name) => [name.toLowerCase(), name]));
    const strange = [...headers.keys()].filter((name) => !known.has(name) && !ordinary.test(name));
    const all = (document.components?.headers ?? {}) as Record<string, Header>;
    const wrong = [...known].flatMap(([lower, name]) => {
      const value = headers.get(lower);
      if (value === null) return all[name]?.required ? [`${name} is missing`] : [];
      return mismatches(
        all[name]?.schema.type === 'integer' ? Number(value) : value,
        'components',
        'headers',
        name,
        'schema',
      );
    });
    return [...strange.map((name) => `the header ${name} is not documented`), ...wrong];
  }

  function bodyMismatches(documented: Documented, pointer: readonly string[], { mediaType, body }: Body): string[] {
    if (body === undefined) return [];
    const range = mediaType.replace(/\/.*/, '/*');
    const type = [mediaType, range].find((one) => documented.content?.[one]);
    if (type === undefined) return [`a body of ${mediaType} is not documented`];
    return mismatches(body, ...pointer, 'content', type, 'schema').map((mismatch) => `body${mismatch}`);
  }

  const operationOf = (method: string, path: string) =>
    (document.paths?.[path] as Record<string, Operation> | undefined)?.[method.toLowerCase()];

  return {
    /** What of a body that the API took the document would not let it take. */
    takenDifferences(method: string, url: string, body: string): string[] {
      const path = templateOf(document, method, new URL(url, 'http://localhost').pathname);
      if (path === undefined || !operationOf(method, path)?.requestBody) return [];
      const pointer = ['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'];
      return mismatches(JSON.parse(body), ...pointer);
    },

    /** `GET /v1/images/{id} 404 image-not-found`, of every answer that was looked at. */
    seen: seen as ReadonlySet<string>,

    /** What an answer has that the document does not say, or lacks of what it says. */
    async differences(request: Request, response: Response): Promise<string[]> {
      const answer = await readBody(response);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const path = templateOf(document, method, new URL(request.url).pathname);
      if (path === undefined) return answer.code ? mismatches(answer.body, 'components', 'schemas', 'Problem') : [];
      const status = isUpgrade(request, response) ? '101' : String(response.status);
      seen.add([method, path, status, answer.code].filter(Boolean).join(' '));
      const documented = operationOf(method, path)?.responses[status];
      if (!documented) return [`${status} ${answer.code} is not documented`];
      const pointer = ['paths', path, method.toLowerCase(), 'responses', status];
      return [...headerMismatches(documented, response.headers), ...bodyMismatches(documented, pointer, answer)];
    },
  };
}

interface Body {
  readonly mediaType: string;
  readonly body: unknown;
  /** Of a problem. */
  readonly code: string;
}

async function readBody(response: Response): Promise<Body> {
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  // It ends when its reader goes away, which a copy would keep it from noticing.
  if (mediaType === 'text/event-stream') return { mediaType, body: '', code: '' };
  const text = await decompressed(response.clone()).text();
  if (text === '') return { mediaType, body: undefined, code: '' };
  const body: unknown = /[/+]json$/.test(mediaType) ? JSON.parse(text) : text;
  const code = mediaType === 'application/problem+json' ? String((body as { code?: unknown }).code) : '';
  return { mediaType, body, code };
}

/** The answer to a WebSocket that is let in has no status of its own before the server takes it over. */
const isUpgrade = (request: Request, response: Response) =>
  request.headers.get('upgrade')?.toLowerCase() === 'websocket' && response.ok;

function decompressed(response: Response): Response {
  if (response.headers.get('content-encoding') !== 'gzip' || !response.body) return response;
  return new Response(response.body.pipeThrough(new DecompressionStream('gzip')));
}

/** The documented path that a request goes to: as in Hono, one that is spelt out goes before one with a parameter. */
function templateOf(document: OpenApiDocument, method: string, pathname: string): string | undefined {
  const ofMethod = Object.entries(document.paths ?? {}).filter(([, item]) => method.toLowerCase() in (item as object));
  const fits = ([path]: [string, unknown]) =>
    new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  return ofMethod.filter(fits).sort(([a], [b]) => a.split('{').length - b.split('{').length)[0]?.[0];
}

/** The document lets new fields come to answers; a test does not. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, key === 'requestBody' ? value : closed(value)]);
  const copy = Object.fromEntries(entries);
  const isObject = typeof copy.properties === 'object' && copy.type === 'object';
  return isObject && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
