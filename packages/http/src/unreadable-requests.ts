import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '@hono/node-server';
import type { ProblemOptions } from './problem.ts';
import { problemBody } from './problem-body.ts';
import type { Fetch } from './upgrades.ts';

type Refusal = Pick<ProblemOptions, 'status' | 'code' | 'detail' | 'headers'>;

const malformed: Refusal = { status: 400, code: 'bad-request', detail: 'The request is malformed.' };

/** By the codes of Node's errors. Any other one means that the bytes are not HTTP. */
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers-too-large', detail: 'The headers must not exceed 16 KiB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'body-too-fragmented',
    detail: 'The chunks of the body must not have extensions of more than 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request-too-slow',
    detail: 'The request was not sent within the time limit.',
  },
};

/** Gives a code and a body to responses that no route makes: Node and the adapter would send them without. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket.writable && !hasBegun(socket)) socket.write(refusalBytes(refusals[error.code ?? ''] ?? malformed));
    socket.destroy(error);
  });
  // Node would answer 417 without a body. A server may ignore expectations that it does not know: RFC 9110, section 10.1.1.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** As Node decides it: see "socketOnError" in https://github.com/nodejs/node/blob/main/lib/_http_server.js. */
const hasBegun = (socket: Duplex) =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;

/** Refuses a request without a host: RFC 9112, section 3.2. The adapter would take the name of the server's interface. */
export function withHost(fetch: Fetch): Fetch {
  return (request, env) => {
    const { httpVersion, headers } = env.incoming as IncomingMessage;
    return headers.host === undefined && httpVersion === '1.1' ? refusal(malformed) : fetch(request, env);
  };
}

/** For errors outside of the app: its own handler has answered all others. */
export const outsideOfApp = (error: unknown): Response =>
  error instanceof RequestError ? refusal(malformed) : new Response(null, { status: 500 });

const refusal = (problem: Refusal) =>
  new Response(bodyOf(problem), { status: problem.status, headers: headersOf(problem) });

/** The whole response, for a connection that no longer is one of Node's HTTP server. */
export function refusalBytes(problem: Refusal): string {
  const body = bodyOf(problem);
  const headers = { ...headersOf(problem), 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n');
}

/** The path is unknown, or is not one. */
const bodyOf = (problem: Refusal) => JSON.stringify(problemBody({ ...problem, instance: '', requestId: randomUUID() }));

const headersOf = ({ headers }: Refusal) => ({
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  connection: 'close',
  ...headers,
});
