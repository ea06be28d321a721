import { createPurgeQueue, createPurgeWorker, type PurgeQueue, type SendPurge } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import type { WorkerEnv } from '../env.ts';
import type { BackendWatch } from '../outages/watch-backends.ts';
import { createPost } from '../webhooks/post.ts';
import { createCloudFrontClient, createCloudFrontTarget } from './cloudfront.ts';
import { createPurgeMetrics, type PurgeMetrics } from './purge-metrics.ts';
import type { PurgeTarget } from './purge-target.ts';
import { createPurgeWebhook } from './purge-webhook.ts';
import { createAddressesOf } from './purged-addresses.ts';

interface PurgeOptions {
  readonly categories: Categories;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface Purges {
  readonly queue: PurgeQueue;
  start(watch: Pick<BackendWatch, 'ofDeliveries' | 'onGivenBack'>): { close(graceMs: number): Promise<void> };
}

/** CDNs limit the rate of purges: more at once would only be refused. */
const PURGES_AT_ONCE = 4;

/** Builds the queue of purges and the worker that sends them; undefined if no CDN is configured. */
export function buildPurges(
  env: WorkerEnv,
  { connection }: Pick<Backends, 'connection'>,
  { categories, logger, registry }: PurgeOptions,
): Purges | undefined {
  const targets = targetsOf(env, categories);
  if (targets.length === 0) return undefined;
  const prefix = env.QUEUE_PREFIX;
  const metrics = createPurgeMetrics(registry, targets);
  return {
    queue: createPurgeQueue({ connection, prefix }),
    start: ({ ofDeliveries, onGivenBack }) =>
      createPurgeWorker({
        ...{ connection, prefix, onGivenBack },
        concurrency: PURGES_AT_ONCE,
        outages: ofDeliveries,
        send: sendToAll(targets, metrics),
        onError: (err) => logger.error({ err }, 'purge worker error'),
        onFailed: (purgeId, err, isFinal) => logger.error({ purgeId, err, isFinal }, 'purge failed'),
      }),
  };
}

function targetsOf(env: WorkerEnv, categories: Categories): readonly PurgeTarget[] {
  const addressesOf = createAddressesOf(categories, env.CDN_BASE_URL, env.EDGE_BASE_URL);
  const { PURGE_CLOUDFRONT_DISTRIBUTION: distributionId, PURGE_WEBHOOK_URL: url, PURGE_WEBHOOK_SECRETS: secrets } = env;
  const targets: PurgeTarget[] = [];
  if (distributionId !== undefined) {
    const client = createCloudFrontClient(env.PURGE_CLOUDFRONT_ENDPOINT);
    targets.push(createCloudFrontTarget({ client, distributionId, addressesOf }));
  }
  if (url !== undefined && secrets !== undefined) {
    // The operator's own receiver may be inside of the network.
    targets.push(createPurgeWebhook({ url, secrets, post: createPost({ allowPrivate: true }), addressesOf }));
  }
  return targets;
}

/**
 * Sends a purge to every target. A retry repeats it at all of them: purges are idempotent. The failure of one target does not keep
 * the others from their purge, and an error that a retry may end comes first.
 */
function sendToAll(targets: readonly PurgeTarget[], metrics: PurgeMetrics): SendPurge {
  return async (purge, signal) => {
    const answers = await Promise.allSettled(targets.map((target) => metrics.measure(target, purge, signal)));
    signal.throwIfAborted();
    const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    const isBusy = answers.some((answer) => answer.status === 'fulfilled' && answer.value === 'busy');
    if (errors.length > 0) throw errors.find(({ retryable }) => retryable !== false) ?? errors[0];
    return isBusy ? 'busy' : 'accepted';
  };
}
