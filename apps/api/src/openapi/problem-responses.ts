import { problemBody } from '@imagemill/http';
import { headerRefs, type ResponseHeader } from './headers.ts';
import { type ProblemCode, problemCodes } from './problem-codes.ts';

const statusHeaders: Partial<Record<number, readonly ResponseHeader[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** These come from middleware before the route, without the route's headers. */
const beforeRoute: ReadonlySet<number> = new Set([401, 403, 413]);

/** One response per status, with an example of each code. */
export function problemResponses(codes: Iterable<ProblemCode>, headers: readonly ResponseHeader[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => problemCodes[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [String(status), problemResponse(status, of, headers)]),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[], headers: readonly ResponseHeader[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCodes[code][1]}`).join('\n\n'),
    headers: headerRefs([
      'X-Request-Id',
      ...(statusHeaders[status] ?? []),
      ...(beforeRoute.has(status) ? [] : headers),
    ]),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }],
          properties: { status: { const: status }, code: { enum: [...codes] } },
        },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** An example for every code; responses refer to them. */
export const problemExamples = () =>
  Object.fromEntries(
    Object.entries(problemCodes).map(([code, [status, detail]]) => {
      const requestId = '0f0f6f0e-5f0a-4d3c-9b1e-2f6d7c8b9a01';
      return [code, { value: problemBody({ status, code, detail, instance: '/v1/images', requestId }) }];
    }),
  );
