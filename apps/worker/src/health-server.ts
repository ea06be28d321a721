import { type InternalServer, startInternalServer } from '@imagemill/service';

/**
 * Answers an orchestrator's health probe on a separate port: 200 while the worker can take jobs, 503 otherwise.
 *
 * @param port no server is started if undefined
 * @throws Error naming the port if it is in use
 */
export async function startHealthServer(
  port: number | undefined,
  isHealthy: () => boolean,
): Promise<InternalServer | undefined> {
  if (port === undefined) return undefined;
  return startInternalServer({
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
