import { buildRenditionUrls, createImageView, createNotifier } from '@imagemill/images';
import { createManifests } from '@imagemill/manifests';
import { createDeliveryWorker, createRenderQueue, createWebhookQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import type { WorkerEnv } from '../env.ts';
import type { BackendWatch } from '../outages/watch-backends.ts';
import { createDeliverWebhook } from './deliver-webhook.ts';
import type { Endpoints } from './endpoints.ts';
import { createPost } from './post.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';

interface WebhookOptions {
  readonly endpoints: Endpoints;
  readonly categories: Categories;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly timeoutMs?: number;
}

export type Webhooks = ReturnType<typeof buildWebhooks>;

/** Receivers should respond well within this time. */
const ATTEMPT_TIMEOUT_MS = 10_000;

/** Builds the notifier, which queues the tenants' events, and the worker that delivers them. */
export function buildWebhooks(
  env: WorkerEnv,
  { connection, originals }: Pick<Backends, 'connection' | 'originals'>,
  { endpoints, categories, logger, registry, timeoutMs = ATTEMPT_TIMEOUT_MS }: WebhookOptions,
) {
  const prefix = env.QUEUE_PREFIX;
  const view = createImageView({ categories, urls: buildRenditionUrls(env, categories) });
  const post = createPost({ allowPrivate: env.WEBHOOK_ALLOW_PRIVATE });
  const metrics = createWebhookMetrics(registry);
  const deliver = createDeliverWebhook({ endpoints, post, timeoutMs });
  return {
    view,
    deliver,
    notifier: createNotifier({
      queue: createRenderQueue({ connection, prefix }),
      webhooks: createWebhookQueue({ connection, prefix }),
      manifests: createManifests(originals),
      view,
      isWanted: (tenant, type) => endpoints.get(tenant)?.events.includes(type) ?? false,
    }),
    startDeliveries: ({ ofDeliveries, onGivenBack }: Pick<BackendWatch, 'ofDeliveries' | 'onGivenBack'>) =>
      createDeliveryWorker({
        connection,
        prefix,
        deliver,
        onGivenBack,
        outages: ofDeliveries,
        concurrency: env.WEBHOOK_CONCURRENCY,
        onError: (err) => logger.error({ err }, 'webhook worker error'),
        onAttempt({ id, tenant, timestamp }, result) {
          metrics.attempted(result.verdict, timestamp);
          logger.info({ eventId: id, tenant, ...result }, 'webhook attempt');
        },
      }),
  };
}
