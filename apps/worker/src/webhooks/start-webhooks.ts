import { createNotifier, type Notifier } from '@imagemill/images';
import type { Manifests } from '@imagemill/manifests';
import { createDeliveryWorker, createRenderQueue, createWebhookQueue, type JobRunner } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import { createDeliverWebhook } from './deliver-webhook.ts';
import type { Endpoints } from './endpoints.ts';
import { createPost } from './post.ts';

interface WebhookOptions {
  readonly connection: Parameters<typeof createWebhookQueue>[0]['connection'];
  readonly prefix: string;
  readonly endpoints: Endpoints;
  readonly manifests: Manifests;
  readonly view: Parameters<typeof createNotifier>[0]['view'];
  readonly concurrency: number;
  readonly allowPrivate: boolean;
  readonly logger: Logger;
}

/** Longer than any receiver should work before it answers. */
const ATTEMPT_TIMEOUT_MS = 10_000;

/** Begins to send events, and gives out what makes them. */
export function startWebhooks(options: WebhookOptions): { notifier: Notifier; deliveries: JobRunner } {
  const { connection, prefix, endpoints, manifests, view, concurrency, allowPrivate, logger } = options;
  const notifier = createNotifier({
    queue: createRenderQueue({ connection, prefix }),
    webhooks: createWebhookQueue({ connection, prefix }),
    manifests,
    view,
    isWanted: (tenant, type) => endpoints.get(tenant)?.events.includes(type) ?? false,
  });
  const deliveries = createDeliveryWorker({
    connection,
    prefix,
    concurrency,
    deliver: createDeliverWebhook({ endpoints, post: createPost({ allowPrivate }), timeoutMs: ATTEMPT_TIMEOUT_MS }),
    onError: (err) => logger.error({ err }, 'webhooks'),
    onAttempt: ({ id, tenant }, result) => logger.info({ eventId: id, tenant, ...result }, 'webhook attempt'),
  });
  return { notifier, deliveries };
}
