import type { HttpBindings } from '@imagemill/http';
import { createReadinessProbe } from '@imagemill/http';
import type { Capabilities } from '@imagemill/rendering';
import type { ObjectStorage } from '@imagemill/storage';
import type { Hono } from 'hono';
import type { Redis } from 'ioredis';

interface Probes extends Capabilities {
  readonly connection: Redis;
  readonly originals: Pick<ObjectStorage, 'probe'>;
  readonly cdn: Pick<ObjectStorage, 'probe'>;
}

/**
 * GET /healthz: the process answers, with its capabilities, for `doctor`. GET /readyz: 200 too, with `degraded` if Redis or a bucket
 * does not answer. All processes share these: an outage must not take every edge out of service, while pictures in memory or in the other
 * bucket can still be served.
 */
export function health(app: Hono<HttpBindings>, { connection, originals, cdn, off, faces }: Probes): void {
  const headers = { 'cache-control': 'no-store' };
  app.get('/healthz', (c) => c.json({ status: 'ok', ...(off.length > 0 && { off }), faces }, 200, headers));

  const probe = createReadinessProbe({ pingRedis: () => connection.ping(), originals, cdn });
  app.get('/readyz', async (c) => {
    const checks = await probe();
    const status = Object.values(checks).every((check) => check === 'ok') ? 'ok' : 'degraded';
    return c.json({ status, checks }, 200, headers);
  });
}
