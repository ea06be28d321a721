import { createReadinessProbe } from '@imagemill/http';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { ApiServices } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { describeRoute } from '../openapi/describe-route.ts';

interface Probes {
  readonly queue: Pick<ApiServices['queue'], 'ping'>;
  readonly originals: Pick<ApiServices['originals'], 'probe'>;
  readonly cdn: Pick<ApiServices['cdn'], 'probe'>;
}

const Outcome = z.enum(['ok', 'unavailable']);
const Status = z.enum(['ok', 'degraded', 'unavailable']);
const Liveness = z.object({ status: z.literal('ok') });
const Readiness = z.object({
  status: Status,
  checks: z.object({ redis: Outcome, originalsBucket: Outcome, cdnBucket: Outcome }),
});

const ready = { redis: 'ok', originalsBucket: 'ok', cdnBucket: 'ok' };
const readiness = { body: Readiness, headers: ['Cache-Control'] } as const;

const descriptions = {
  liveness: describeRoute({
    id: 'getLiveness',
    tag: 'Service',
    summary: 'Liveness: whether the process answers',
    responses: { 200: { description: 'The process answers.', body: Liveness, example: { status: 'ok' } } },
  }),
  readiness: describeRoute({
    id: 'getReadiness',
    tag: 'Service',
    summary: 'Readiness: whether Redis answers, and the buckets',
    responses: {
      200: {
        description: 'Redis answers. `degraded`: a bucket does not.',
        ...readiness,
        example: { status: 'ok', checks: ready },
      },
      503: {
        description: 'Redis does not answer: send no traffic.',
        ...readiness,
        example: { status: 'unavailable', checks: { ...ready, redis: 'unavailable' } },
      },
    },
  }),
};

/**
 * GET /healthz: the process answers. GET /readyz: Redis answers, too; otherwise an orchestrator sends no traffic. All processes share
 * the buckets: an outage of the storage must not take all of them out of service, while they can still answer most requests.
 */
export function health(app: Hono<ApiBindings>, { queue, originals, cdn }: Probes): void {
  app.get('/healthz', descriptions.liveness, (c) => c.json({ status: 'ok' } satisfies z.infer<typeof Liveness>));

  const probe = createReadinessProbe({ pingRedis: () => queue.ping(), originals, cdn });

  app.get('/readyz', descriptions.readiness, async (c) => {
    const checks = await probe();
    const status = statusOf(checks);
    const readiness: z.infer<typeof Readiness> = { status, checks };
    return c.json(readiness, status === 'unavailable' ? 503 : 200, { 'cache-control': 'no-store' });
  });
}

function statusOf({ redis, originalsBucket, cdnBucket }: z.infer<typeof Readiness>['checks']) {
  if (redis === 'unavailable') return 'unavailable';
  return originalsBucket === 'ok' && cdnBucket === 'ok' ? 'ok' : 'degraded';
}
