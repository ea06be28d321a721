import { collectDefaultMetrics, Registry } from 'prom-client';
import { type InternalServer, startInternalServer } from './internal-server.ts';

/** A registry for a process's metrics, including Node's own (memory, CPU, event loop). */
export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

interface MetricsAddress {
  readonly METRICS_HOST: string;
  readonly METRICS_PORT?: number | undefined;
}

/**
 * Serves `GET /metrics` in Prometheus' text format.
 *
 * @returns undefined if no port is set
 * @throws Error with the port, if it is in use
 */
export async function startMetricsServer(
  { METRICS_HOST: host, METRICS_PORT: port }: MetricsAddress,
  registry: Registry,
): Promise<InternalServer | undefined> {
  if (port === undefined) return undefined;
  return startInternalServer({
    host,
    port,
    setting: 'METRICS_PORT',
    answers: {
      '/metrics': async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() }),
    },
  });
}
