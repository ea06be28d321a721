import type { OpenApiDocument } from '../openapi/document.ts';
import { createMismatches, type Mismatches } from './mismatches.ts';
import { isAcceptedUpgrade, type ReadAnswer, readAnswer } from './read-answer.ts';

interface Header {
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

interface Operation {
  readonly requestBody?: unknown;
  readonly responses: Record<string, Documented>;
}

interface Documented {
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, unknown>;
}

/** General HTTP headers, and headers of every response; other tests check them. */
const ordinary = new RegExp(
  `^(?:${[
    'access-control-.*|connection|upgrade|content-.*|cross-origin-.*|date|keep-alive|origin-agent-cluster|referrer-policy',
    'strict-transport-security|transfer-encoding|vary|x-(?:accel|content|dns|download|frame|permitted|xss)-.*|cache-control',
  ].join('|')})$`,
);

/**
 * Checks responses against an OpenAPI document strictly: anything undocumented is an error.
 *
 * @param seen gets `GET /v1/images/{id} 404 image-not-found` of every checked response
 */
export function createContract(document: OpenApiDocument, seen: Set<string>) {
  const mismatches = mismatchesOf(document);
  const headerMismatches = createHeaderMismatches(document, mismatches);

  function bodyMismatches(
    documented: Documented,
    pointer: readonly string[],
    { mediaType, body }: ReadAnswer,
  ): string[] {
    if (body === undefined) return [];
    const range = mediaType.replace(/\/.*/, '/*');
    const type = [mediaType, range].find((one) => documented.content?.[one]);
    if (type === undefined) return [`a body of ${mediaType} is not documented`];
    return mismatches(body, ...pointer, 'content', type, 'schema').map((mismatch) => `body${mismatch}`);
  }

  const operationOf = (method: string, path: string) =>
    (document.paths?.[path] as Record<string, Operation> | undefined)?.[method.toLowerCase()];

  return {
    /** Why the document rejects a request body that the API accepted. */
    takenDifferences(method: string, url: string, body: string): string[] {
      const path = templateOf(document, method, new URL(url, 'http://localhost').pathname);
      if (path === undefined || !operationOf(method, path)?.requestBody) return [];
      const pointer = ['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'];
      return mismatches(JSON.parse(body), ...pointer);
    },

    /** Undocumented and missing parts of a response. */
    async differences(request: Request, response: Response): Promise<string[]> {
      const answer = await readAnswer(response);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const path = templateOf(document, method, new URL(request.url).pathname);
      if (path === undefined) return answer.code ? mismatches(answer.body, 'components', 'schemas', 'Problem') : [];
      const status = isAcceptedUpgrade(request, response) ? '101' : String(response.status);
      seen.add([method, path, status, answer.code].filter(Boolean).join(' '));
      const documented = operationOf(method, path)?.responses[status];
      if (!documented) return [`${status} ${answer.code} is not documented`];
      const pointer = ['paths', path, method.toLowerCase(), 'responses', status];
      return [...headerMismatches(documented, response.headers), ...bodyMismatches(documented, pointer, answer)];
    },
  };
}

const compiled = new WeakMap<OpenApiDocument, Mismatches>();

/** Contracts of the same document share its compiled schemas. */
function mismatchesOf(document: OpenApiDocument): Mismatches {
  const mismatches = compiled.get(document) ?? createMismatches(document);
  compiled.set(document, mismatches);
  return mismatches;
}

/** Missing, wrong and undocumented headers of a response. */
function createHeaderMismatches(document: OpenApiDocument, mismatches: Mismatches) {
  const all = (document.components?.headers ?? {}) as Record<string, Header>;

  function wrongHeader(name: string, value: string | null): string[] {
    if (value === null) return all[name]?.required ? [`${name} is missing`] : [];
    const typed = all[name]?.schema.type === 'integer' ? Number(value) : value;
    return mismatches(typed, 'components', 'headers', name, 'schema').map((mismatch) => `${name}${mismatch}`);
  }

  return (documented: Documented, headers: Headers): string[] => {
    const names = Object.keys(documented.headers ?? {});
    const known = new Set(names.map((name) => name.toLowerCase()));
    const strange = [...headers.keys()].filter((name) => !known.has(name) && !ordinary.test(name));
    return [
      ...strange.map((name) => `the header ${name} is not documented`),
      ...names.flatMap((name) => wrongHeader(name, headers.get(name))),
    ];
  };
}

/** The documented path of a request: as in Hono, a literal path precedes one with a parameter. */
function templateOf(document: OpenApiDocument, method: string, pathname: string): string | undefined {
  const ofMethod = Object.entries(document.paths ?? {}).filter(([, item]) => method.toLowerCase() in (item as object));
  const fits = ([path]: [string, unknown]) =>
    new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  return ofMethod.filter(fits).sort(([a], [b]) => a.split('{').length - b.split('{').length)[0]?.[0];
}
