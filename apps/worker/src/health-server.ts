import { once } from 'node:events';
import { createServer } from 'node:http';

export interface HealthServer {
  close(): Promise<void>;
}

/**
 * Answers an orchestrator's probe on a port of its own: 200 while the worker can take jobs, 503 while it can't.
 *
 * @throws Error naming the port when it is in use
 */
export async function startHealthServer(port: number, isHealthy: () => boolean): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    const found = request.url === '/healthz';
    const healthy = isHealthy();
    response.statusCode = !found ? 404 : healthy ? 200 : 503;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: healthy ? 'ok' : 'unavailable' }));
  });
  server.listen(port);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const inUse = error.code === 'EADDRINUSE';
    throw inUse ? new Error(`Port ${port} is in use. Set HEALTH_PORT to a free one.`, { cause: error }) : error;
  });
  return {
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
