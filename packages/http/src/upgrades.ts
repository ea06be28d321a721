import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Http2Bindings, HttpBindings as NodeBindings, WebSocketServerLike } from '@hono/node-server';

export interface WebSockets {
  readonly server: WebSocketServerLike;
  /** Of the paths whose routes open WebSockets. */
  readonly paths: RegExp;
}

export type Fetch = (request: Request, env: NodeBindings | Http2Bindings) => Response | Promise<Response>;

/** Whether Node has handed over the connection of this request, which gets a WebSocket or a refusal. Without a server, as in tests, the header decides. */
export const isUpgrade = (request: Request, env: Partial<NodeBindings | Http2Bindings> | undefined): boolean =>
  env?.outgoing === undefined && request.headers.get('upgrade')?.toLowerCase() === 'websocket';

/**
 * Every other request with an `Upgrade` is an ordinary one (RFC 9110, section 7.8). As an upgrade, it would be read as a GET without a body, and the
 * body of its response would neither be sent nor closed: a stream of events would go on without a client.
 */
export function wantsWebSocket({ method, url = '', headers }: IncomingMessage, { paths }: WebSockets): boolean {
  const [path = ''] = url.split('?', 1);
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket' || !paths.test(path)) return false;
  // The adapter answers an unreadable address with 500 if it is that of an upgrade, and else with 400.
  return URL.canParse(`http://${headers.host}${url}`);
}

/** Node stops tracking the connection of an upgrade, and drops its timeouts: a refused one is closed after its response, as `ws` does. */
export const closeWhenAnswered = (socket: Socket) => void socket.once('finish', () => socket.destroy());

/** Sends refusals of upgrades. The adapter would send them without their bodies, which say why. */
export function withRefusedUpgrades(fetch: Fetch): Fetch {
  return async (request, env) => {
    const response = await fetch(request, env);
    // Only then: to read the body of a response makes the adapter copy its bytes.
    if (!isUpgrade(request, env)) return response;
    const isAccepted = response.status === 200 && response.body === null;
    if (!isAccepted) await refuse(env.incoming as IncomingMessage, response);
    return response;
  };
}

async function refuse(request: IncomingMessage, response: Response): Promise<void> {
  const refusal = new ServerResponse(request);
  refusal.shouldKeepAlive = false;
  refusal.assignSocket(request.socket);
  refusal.once('finish', () => request.socket.end());
  refusal.writeHead(response.status, [...response.headers].flat());
  refusal.end(Buffer.from(await response.arrayBuffer()));
}
