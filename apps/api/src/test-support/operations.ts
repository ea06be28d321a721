import { Scope } from '@imagemill/keys';
import type { OpenApiDocument } from '../openapi/document.ts';

interface Documented {
  readonly operationId: string;
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly { readonly in?: string; readonly name?: string }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly examples?: Record<string, { value: unknown }> }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: ProblemSchema }> }>;
}

interface ProblemSchema {
  readonly properties?: { readonly code?: { readonly enum: readonly string[] } };
}

/** One operation of a document, for tests of all operations. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** As in the document: `/v1/images/{id}`. */
  readonly path: string;
  /** The scope that a key needs; undefined if the operation is open. */
  readonly scope: Scope | undefined;
  readonly takesFollowToken: boolean;
  readonly takesQuery: boolean;
  /** The example of its body; undefined without a body. */
  readonly body: unknown;
  /** Headers that the operation requires: those of a WebSocket. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every documented response: `201`, `404 image-not-found`. */
  readonly answers: readonly string[];
}

export function operationsOf(document: OpenApiDocument): DocumentedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Documented>).map(([verb, operation]) => {
      const { operationId: id, security = [], parameters = [], requestBody, responses } = operation;
      return {
        id,
        path,
        method: verb.toUpperCase(),
        scope: Scope.optional().parse(security.find(({ apiKey }) => apiKey)?.apiKey?.[0]),
        takesFollowToken: security.some(({ followToken }) => followToken),
        takesQuery: parameters.some((parameter) => parameter.in === 'query'),
        body: Object.values(requestBody?.content['application/json']?.examples ?? {})[0]?.value,
        headers: '101' in responses ? { upgrade: 'websocket' } : {},
        answers: Object.entries(responses).flatMap(([status, { content = {} }]) => answersOf(status, content)),
      };
    }),
  );
}

function answersOf(status: string, content: Record<string, { readonly schema: ProblemSchema }>): string[] {
  const { 'application/problem+json': problem, ...others } = content;
  const codes = problem?.schema.properties?.code?.enum ?? [];
  const isPlain = !problem || Object.keys(others).length > 0;
  return [...(isPlain ? [status] : []), ...codes.map((code) => `${status} ${code}`)];
}

/** The address of an operation, with an id (or any other parameter) in its path. */
export const addressOf = ({ path }: Pick<DocumentedOperation, 'path'>, id: string): string =>
  path.replaceAll(/\{\w+\}/g, id);
