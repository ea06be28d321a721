import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
    shouldUpgradeCallback: wantsWebSocket,
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
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
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
      // Also those that Node knows no more: WebSockets, and who was refused one and does not hang up.
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

/**
 * Node gives the connection of a request that it takes for an upgrade away, with all of its timeouts: one that nobody takes
 * up stays for ever. So any other `Upgrade`, as curl's h2c, is ignored (RFC 9110, section 7.8), and whoever is refused a
 * WebSocket is hung up on with the answer, as `ws` does it.
 */
function wantsWebSocket({ headers, socket }: IncomingMessage): boolean {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return false;
  socket.once('finish', () => socket.destroy());
  return true;
}
