import { collectDefaultMetrics, Registry } from 'prom-client';
import { type InternalServer, startInternalServer } from './internal-server.ts';

/** A registry for a process's metrics, including Node's own (memory, CPU, event loop). */
export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

/**
 * Serves `GET /metrics` in Prometheus' text format.
 *
 * @param port if undefined, no server is started
 * @throws Error with the port, if it is in use
 */
export async function startMetricsServer(
  port: number | undefined,
  registry: Registry,
): Promise<InternalServer | undefined> {
  if (port === undefined) return undefined;
  return startInternalServer({
    port,
    setting: 'METRICS_PORT',
    answers: {
      '/metrics': async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() }),
    },
  });
}
