import { type InternalServer, startInternalServer } from '@imagemill/service';

/**
 * Answers an orchestrator's probe on a port of its own: 200 while the worker can take jobs, 503 while it can't.
 *
 * @param port nothing is started without one
 * @throws Error naming the port when it is in use
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
