import type { Duplex } from 'node:stream';
import type { WebSocketServerLike } from '@hono/node-server';
import {
  createRefusals,
  type Fetch,
  type HttpServer,
  type ListenOptions,
  listen as listenForHttp,
} from '@imagemill/http';
import { WebSocketServer } from 'ws';
import { MESSAGE_BYTES_MAX } from '../live/ws-listener.ts';

export type { HttpServer };

/** Of the route in `routes/follow-image-ws.ts`. */
const LIVE_PATHS = /^\/v1\/images\/[^/]+\/ws$/;

/** Serves HTTP and WebSockets. @throws Error naming the port if it is in use */
export function listen(fetch: Fetch, options: Omit<ListenOptions, 'webSockets'>): Promise<HttpServer> {
  const server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  const refusals = createRefusals(options.onRefused);
  // `ws` would answer without a code.
  server.on('wsClientError', ({ message }: Error, socket: Duplex) => {
    const detail = `The WebSocket handshake is not valid: ${message}.`;
    const headers = { 'sec-websocket-version': '13' };
    socket.end(refusals.bytes({ status: 400, code: 'bad-request', detail, headers }, message));
  });
  // The class that @hono/node-server expects; only the optional fields in its types differ.
  const webSockets = { server: server as unknown as WebSocketServerLike, paths: LIVE_PATHS };
  return listenForHttp(fetch, { ...options, webSockets });
}
