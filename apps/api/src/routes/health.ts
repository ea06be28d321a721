import type { Hono } from 'hono';
import type { ApiServices } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';

const PROBE_TIMEOUT_MS = 2_000;

type Probes = Pick<ApiServices, 'queue' | 'originals' | 'cdn'>;

/** GET /healthz: the process answers. GET /readyz: so do Redis and both buckets; an orchestrator sends no traffic else. */
export function health(app: Hono<ApiBindings>, { queue, originals, cdn }: Probes): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const probes = [queue.ping(), originals.probe({ signal }), cdn.probe({ signal })];
    const [redis, originalsBucket, cdnBucket] = await Promise.all(probes.map(outcome));
    const checks = { redis, originalsBucket, cdnBucket };
    const ready = Object.values(checks).every((check) => check === 'ok');
    return c.json({ status: ready ? 'ok' : 'unavailable', checks }, ready ? 200 : 503, { 'cache-control': 'no-store' });
  });
}

const outcome = (check: Promise<void>) =>
  check.then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
