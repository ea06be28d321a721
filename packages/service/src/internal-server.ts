import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface InternalServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Probes and scrapers open few connections. */
const CONNECTIONS_MAX = 100;

/**
 * A small HTTP server for the orchestrator and the monitoring, on a port that must not be public. Serves GET on a few fixed paths.
 *
 * @param setting the environment variable that set the port; part of the error message if the port is in use
 * @param answers by path; if one throws, the response is a 500 without details
 * @throws Error with the port, if it is in use
 */
export async function startInternalServer(options: {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
  readonly answers: Readonly<Record<string, () => Answer | Promise<Answer>>>;
}): Promise<InternalServer> {
  const { host, port, setting } = options;
  const answers = new Map(Object.entries(options.answers));
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    const find = answers.get(request.url?.split('?')[0] ?? '') ?? (() => notFound);
    // The async function turns a synchronous throw into a rejection.
    (async () => find())().then(
      (answer) => send(response, answer),
      () => send(response, failed),
    );
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const inUse = error.code === 'EADDRINUSE';
    throw inUse ? new Error(`Port ${port} is in use. Set ${setting} to a free port.`, { cause: error }) : error;
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const text = (status: number, body: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body });
const notFound = text(404, 'Not found.\n');
const failed = text(500, 'Internal error.\n');

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}
