import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { ProblemOptions } from './problem.ts';
import { problemBody } from './problem-body.ts';

type Refusal = Pick<ProblemOptions, 'status' | 'code' | 'detail' | 'headers'>;

export const malformed: Refusal = { status: 400, code: 'bad-request', detail: 'The request is malformed.' };

/** The response to an error of ours, inside and outside of routes. */
export const failed: Refusal = {
  status: 500,
  code: 'internal-error',
  detail: 'Something went wrong on our side. It was logged.',
};

/** A request that no route answers. */
export interface Refused {
  /** The code of the response, or why there is none. */
  readonly reason: string;
  /** In the body of the response. */
  readonly requestId?: string;
  /** Node's code of the error, a message, or the stack of an error of ours. Never what the client sent, which may contain secrets. */
  readonly cause?: string | undefined;
}

export type OnRefused = (refused: Refused) => void;

/** Makes responses with a code and a body for requests that no route answers, and reports each. */
export function createRefusals(onRefused: OnRefused = () => {}) {
  function bodyOf(problem: Refusal, cause: string | undefined): string {
    const requestId = randomUUID();
    onRefused({ reason: problem.code, requestId, cause });
    // The path is unknown, or is not one.
    return JSON.stringify(problemBody({ ...problem, instance: '', requestId }));
  }

  return {
    response: (problem: Refusal, cause?: string) =>
      new Response(bodyOf(problem, cause), { status: problem.status, headers: headersOf(problem) }),

    /** The whole response, for a connection that no longer is one of Node's HTTP server. */
    bytes(problem: Refusal, cause?: string): string {
      const body = bodyOf(problem, cause);
      const headers = { ...headersOf(problem), 'content-length': String(Buffer.byteLength(body)) };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      return [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n');
    },
  };
}
export type Refusals = ReturnType<typeof createRefusals>;

const headersOf = ({ headers }: Refusal) => ({
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  connection: 'close',
  ...headers,
});
