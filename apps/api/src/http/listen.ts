import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { MESSAGE_BYTES_MAX } from '../live/ws-listener.ts';

export interface HttpServer {
  readonly address: AddressInfo;
  /** Takes no further connection, lets requests in hand finish for up to `graceMs`, then ends what is left. */
  close(graceMs: number): Promise<void>;
}

/** How long a client may take to send. A connection that waits between two requests is not held to them. */
export interface SendingTimes {
  /** From a request's first byte to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to the end of its body. */
  readonly requestTimeoutMs: number;
  /** How often Node looks for requests that are over these times. */
  readonly lookEveryMs: number;
}

const sendingTimes: SendingTimes = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, lookEveryMs: 5_000 };

/** @throws Error naming the port when it is in use */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { hostname, port, times = sendingTimes }: { hostname: string; port: number; times?: SendingTimes },
): Promise<HttpServer> {
  const serverOptions = {
    headersTimeout: times.headersTimeoutMs,
    requestTimeout: times.requestTimeoutMs,
    connectionsCheckingInterval: times.lookEveryMs,
    maxHeaderSize: 16 * 1024,
  };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  // It is the one that @hono/node-server asks for; its types just say less exactly which options may be left out.
  const websocket = { server: sockets as unknown as WebSocketServerLike };
  const server = createAdaptorServer({ fetch, hostname, serverOptions, websocket }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`Port ${port} is in use. Set PORT to a free one.`, { cause: error }) : error);
    });
    server.listen(port, hostname, resolve);
  });
  const idle = new EventEmitter();
  let inHand = 0;
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    inHand += 1;
    response.once('close', () => {
      inHand -= 1;
      if (inHand === 0) idle.emit('idle');
    });
  });
  return {
    address: server.address() as AddressInfo,
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      const grace = AbortSignal.timeout(graceMs);
      if (inHand > 0) await once(idle, 'idle', { signal: grace }).catch(() => {});
      // No request of the server's any more, so nothing of it ends them.
      for (const socket of sockets.clients) socket.terminate();
      // Also connections that never sent a request, which Node does not count as idle.
      server.closeAllConnections();
      await closed;
    },
  };
}
