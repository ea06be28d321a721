import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Follows the connections and the requests of a server from now on.
 *
 * @returns a function that accepts no new connections, lets requests in flight finish for up to `graceMs`, then closes all connections
 */
export function closeGracefully(server: Server): (graceMs: number) => Promise<void> {
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
  return async (graceMs) => {
    const closed = once(server, 'close');
    server.close();
    const grace = AbortSignal.timeout(graceMs);
    if (inFlight > 0) await once(idle, 'idle', { signal: grace }).catch(() => {});
    // Includes connections that Node no longer tracks: WebSockets, and rejected upgrades whose clients stay
    // connected.
    for (const socket of connections) socket.destroy();
    await closed;
  };
}
