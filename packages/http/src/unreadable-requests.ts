import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '@hono/node-server';
import { failed, malformed, type Refusals } from './refusals.ts';
import type { Fetch } from './upgrades.ts';

/** By the codes of Node's errors. Any other one means that the bytes are not HTTP. */
const problems: Readonly<Record<string, typeof malformed>> = {
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
export function answerUnreadable(server: Server, refusals: Refusals): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const { code = '' } = error;
    if (socket.writable && !hasBegun(socket)) socket.write(refusals.bytes(problems[code] ?? malformed, code));
    socket.destroy(error);
  });
  // Node would answer 417 without a body. A server may ignore expectations that it does not know: RFC 9110, section 10.1.1.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** As Node decides it: see "socketOnError" in https://github.com/nodejs/node/blob/main/lib/_http_server.js. */
const hasBegun = (socket: Duplex) =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;

/** Refuses a request without a host: RFC 9112, section 3.2. The adapter would take the name of the server's interface. */
export function withHost(fetch: Fetch, refusals: Refusals): Fetch {
  return (request, env) => {
    const { httpVersion, headers } = env.incoming as IncomingMessage;
    const isWithout = headers.host === undefined && httpVersion === '1.1';
    return isWithout ? refusals.response(malformed, 'it has no host') : fetch(request, env);
  };
}

/** For errors outside of the app: its own handler has answered all others. */
export const outsideOfApp =
  (refusals: Refusals) =>
  (error: unknown): Response =>
    error instanceof RequestError
      ? refusals.response(malformed, error.message)
      : refusals.response(failed, error instanceof Error ? error.stack : String(error));
