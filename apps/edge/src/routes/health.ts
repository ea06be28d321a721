import type { HttpBindings } from '@imagemill/http';
import { readAtMostEvery } from '@imagemill/http';
import type { ObjectStorage } from '@imagemill/storage';
import type { Hono } from 'hono';
import type { Redis } from 'ioredis';

const PROBE_TIMEOUT_MS = 2_000;
/** Anyone may call it: however often, Redis and the buckets are probed at most once in this time. */
const PROBE_EVERY_MS = 1_000;

interface Probes {
  readonly connection: Redis;
  readonly originals: Pick<ObjectStorage, 'probe'>;
  readonly cdn: Pick<ObjectStorage, 'probe'>;
}

/**
 * GET /healthz: the process answers. GET /readyz: 200 too, with `degraded` if Redis or a bucket does not answer. All processes share
 * these: an outage must not take every edge out of service, while pictures in memory or in the other bucket can still be served.
 */
export function health(app: Hono<HttpBindings>, { connection, originals, cdn }: Probes): void {
  const headers = { 'cache-control': 'no-store' };
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, headers));

  const probe = readAtMostEvery(
    PROBE_EVERY_MS,
    () => performance.now(),
    async () => {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const [redis, originalsBucket, cdnBucket] = await Promise.all([
        outcome(connection.ping()),
        outcome(originals.probe({ signal })),
        outcome(cdn.probe({ signal })),
      ]);
      return { redis, originalsBucket, cdnBucket };
    },
  );
  app.get('/readyz', async (c) => {
    const checks = await probe();
    const status = Object.values(checks).every((check) => check === 'ok') ? 'ok' : 'degraded';
    return c.json({ status, checks }, 200, headers);
  });
}

const outcome = (check: Promise<unknown>) =>
  check.then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
