import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import { createAdaptorServer, getRequestListener } from '@hono/node-server';
import { createRefusals, type OnRefused } from './refusals.ts';
import { answerUnreadable, outsideOfApp, withHost } from './unreadable-requests.ts';
import { closeWhenAnswered, type Fetch, type WebSockets, wantsWebSocket, withRefusedUpgrades } from './upgrades.ts';

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

export interface HttpServerOptions {
  readonly hostname: string;
  /** Without it, upgrades are ignored. */
  readonly webSockets?: WebSockets;
  readonly times?: SendingTimes;
  readonly onRefused?: OnRefused;
}

/** A server that does not listen yet. Requests that it refuses without `fetch` get a response with a code and a body too. */
export function createHttpServer(fetch: Fetch, options: HttpServerOptions): Server {
  const { hostname, webSockets, onRefused } = options;
  const refusals = createRefusals(onRefused);
  const answering = withHost(withRefusedUpgrades(fetch), refusals);
  const listener = getRequestListener(answering, {
    hostname,
    errorHandler: outsideOfApp(refusals),
    // The adapter would read up to 64 MiB of a body that no route has read.
    autoCleanupIncoming: false,
  });
  const server = createAdaptorServer({
    fetch: answering,
    hostname,
    serverOptions: serverOptions(options),
    ...(webSockets && { websocket: { server: webSockets.server } }),
    // Its own listener has no handler of errors.
    createServer: ((own: ServerOptions) => createServer(own, listener)) as typeof createServer,
  }) as Server;
  answerUnreadable(server, refusals);
  server.on('drop', () => onRefused?.({ reason: 'too-many-connections' }));
  // A second listener: the adapter leaves refusals to it.
  if (webSockets) server.on('upgrade', () => {});
  return server;
}

const serverOptions = ({ webSockets, times = sendingTimes }: HttpServerOptions) => ({
  headersTimeout: times.headersTimeoutMs,
  requestTimeout: times.requestTimeoutMs,
  connectionsCheckingInterval: times.checkIntervalMs,
  maxHeaderSize: 16 * 1024,
  // Node would answer without a body.
  requireHostHeader: false,
  shouldUpgradeCallback(request: IncomingMessage) {
    const isTaken = webSockets !== undefined && wantsWebSocket(request, webSockets);
    if (isTaken) closeWhenAnswered(request.socket);
    return isTaken;
  },
});
