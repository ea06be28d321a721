import { type InternalServer, startInternalServer } from '@imagemill/service';

interface HealthAddress {
  readonly HEALTH_HOST: string;
  readonly HEALTH_PORT?: number | undefined;
}

/**
 * Answers an orchestrator's health probe on a separate port: 200 while the worker can take jobs, 503 otherwise.
 *
 * @returns undefined if no port is set
 * @throws Error naming the port if it is in use
 */
export async function startHealthServer(
  { HEALTH_HOST: host, HEALTH_PORT: port }: HealthAddress,
  isHealthy: () => boolean,
): Promise<InternalServer | undefined> {
  if (port === undefined) return undefined;
  return startInternalServer({
    host,
    port,
    setting: 'HEALTH_PORT',
    answers: {
      '/healthz': () => {
        const healthy = isHealthy();
        const body = JSON.stringify({ status: healthy ? 'ok' : 'unavailable' });
        return { status: healthy ? 200 : 503, contentType: 'application/json', body };
      },
    },
  });
}
