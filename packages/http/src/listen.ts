import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer, getRequestListener } from '@hono/node-server';
import { type ConnectionLimits, limitConnections, usualLimits } from './connection-limits.ts';
import { createRefusals, type OnRefused } from './refusals.ts';
import { answerUnreadable, outsideOfApp, withHost } from './unreadable-requests.ts';
import { type Fetch, type WebSockets, wantsWebSocket, withRefusals } from './upgrades.ts';

export interface HttpServer {
  readonly address: AddressInfo;
  /** Accepts no new connections, lets requests in flight finish for up to `graceMs`, then closes all connections. */
  close(graceMs: number): Promise<void>;
}

/** Time limits for sending a request. They do not apply to an idle connection between two requests. */
interface SendingTimes {
  /** From a request's first byte to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to the end of its body. */
  readonly requestTimeoutMs: number;
  /** How often Node checks for requests that exceed these limits. */
  readonly checkIntervalMs: number;
}

const sendingTimes: SendingTimes = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, checkIntervalMs: 5_000 };

export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  /** The environment variable that sets the port; part of the error message if the port is in use. */
  readonly setting?: string;
  /** Without it, upgrades are ignored. */
  readonly webSockets?: WebSockets;
  readonly times?: SendingTimes;
  readonly limits?: Partial<ConnectionLimits>;
  readonly onRefused?: OnRefused;
}

/** @throws Error naming the port if it is in use */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<HttpServer> {
  const { hostname, port, setting = 'PORT', webSockets, times = sendingTimes, limits, onRefused } = options;
  const refusals = createRefusals(onRefused);
  const serverOptions = {
    headersTimeout: times.headersTimeoutMs,
    requestTimeout: times.requestTimeoutMs,
    connectionsCheckingInterval: times.checkIntervalMs,
    maxHeaderSize: 16 * 1024,
    // Node would answer without a body.
    requireHostHeader: false,
    shouldUpgradeCallback: (request: IncomingMessage) =>
      webSockets !== undefined && wantsWebSocket(request, webSockets),
  };
  const answering = withHost(withRefusals(fetch), refusals);
  const listener = getRequestListener(answering, {
    hostname,
    errorHandler: outsideOfApp(refusals),
    // The adapter would read up to 64 MiB of a body that no route has read.
    autoCleanupIncoming: false,
  });
  const server = createAdaptorServer({
    fetch: answering,
    hostname,
    serverOptions,
    ...(webSockets && { websocket: { server: webSockets.server } }),
    // Its own listener has no handler of errors.
    createServer: ((own: ServerOptions) => createServer(own, listener)) as typeof createServer,
  }) as Server;
  answerUnreadable(server, refusals);
  server.on('drop', () => onRefused?.({ reason: 'too-many-connections' }));
  // A second listener: the adapter leaves refusals to it.
  if (webSockets) server.on('upgrade', () => {});
  limitConnections(server, { ...usualLimits, ...limits });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`Port ${port} is in use. Set ${setting} to a free port.`, { cause: error }) : error);
    });
    server.listen(port, hostname, resolve);
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const idle = new EventEmitter();
  let inFlight = 0;
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
      if (inFlight === 0) idle.emit('idle');
    });
  });
  return {
    address: server.address() as AddressInfo,
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      const grace = AbortSignal.timeout(graceMs);
      if (inFlight > 0) await once(idle, 'idle', { signal: grace }).catch(() => {});
      // Includes connections that Node no longer tracks: WebSockets, and rejected upgrades whose clients stay
      // connected.
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}
