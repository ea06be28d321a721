import { collectDefaultMetrics, Registry } from 'prom-client';
import { type InternalServer, startInternalServer } from './internal-server.ts';

/** A process's metrics, those of Node itself (memory, CPU, event loop) among them. */
export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

/**
 * Answers `GET /metrics` in Prometheus' text format.
 *
 * @param port nothing is started without one
 * @throws Error naming the port when it is in use
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
