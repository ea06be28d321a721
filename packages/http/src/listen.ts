import type { AddressInfo } from 'node:net';
import { closeGracefully } from './close-gracefully.ts';
import { type ConnectionLimits, limitConnections, usualLimits } from './connection-limits.ts';
import { createHttpServer, type HttpServerOptions } from './create-http-server.ts';
import type { Fetch } from './upgrades.ts';

export interface HttpServer {
  readonly address: AddressInfo;
  /** Accepts no new connections, lets requests in flight finish for up to `graceMs`, then closes all connections. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions extends HttpServerOptions {
  readonly port: number;
  /** The environment variable that sets the port; part of the error message if the port is in use. */
  readonly setting?: string;
  readonly limits?: Partial<ConnectionLimits>;
}

/**
 * Connections that the system keeps until they are accepted, at most its own limit (`net.core.somaxconn`, 4,096 on Linux). Node keeps 511: a client that opens
 * more at once would delay those of others by a second, until their systems try again.
 */
const BACKLOG = 4_096;

/** @throws Error naming the port if it is in use */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<HttpServer> {
  const { hostname, port, setting = 'PORT', limits } = options;
  const server = createHttpServer(fetch, options);
  limitConnections(server, { ...usualLimits, ...limits });
  const close = closeGracefully(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`Port ${port} is in use. Set ${setting} to a free port.`, { cause: error }) : error);
    });
    server.listen({ port, host: hostname, backlog: BACKLOG }, resolve);
  });
  return { address: server.address() as AddressInfo, close };
}
