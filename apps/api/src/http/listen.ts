import type { WebSocketServerLike } from '@hono/node-server';
import { type HttpServer, type ListenOptions, listen as listenForHttp } from '@imagemill/http';
import { WebSocketServer } from 'ws';
import { MESSAGE_BYTES_MAX } from '../live/ws-listener.ts';

export type { HttpServer };

/** Serves HTTP and WebSockets. @throws Error naming the port if it is in use */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  options: Omit<ListenOptions, 'webSockets'>,
): Promise<HttpServer> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  // The class that @hono/node-server expects; only the optional fields in its types differ.
  return listenForHttp(fetch, { ...options, webSockets: sockets as unknown as WebSocketServerLike });
}
