import type { SendPurge } from '@imagemill/queue';
import type { Categories } from '@imagemill/variants';
import type { z } from 'zod';
import { createPost } from '../webhooks/post.ts';
import { createCloudFrontClient, createCloudFrontTarget } from './cloudfront.ts';
import type { purgeEnv } from './env.ts';
import type { PurgeMetrics } from './purge-metrics.ts';
import type { PurgeTarget } from './purge-target.ts';
import { createPurgeWebhook } from './purge-webhook.ts';
import { createAddressesOf } from './purged-addresses.ts';

type PurgeSettings = z.output<z.ZodObject<typeof purgeEnv>> & {
  readonly CDN_BASE_URL: string;
  readonly EDGE_BASE_URL?: string | undefined;
};

/** The CDNs that are configured. */
export function purgeTargets(env: PurgeSettings, categories: Categories): readonly PurgeTarget[] {
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
export function sendToAll(targets: readonly PurgeTarget[], metrics: PurgeMetrics): SendPurge {
  return async (purge, signal) => {
    const answers = await Promise.allSettled(targets.map((target) => metrics.measure(target, purge, signal)));
    signal.throwIfAborted();
    const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    const isBusy = answers.some((answer) => answer.status === 'fulfilled' && answer.value === 'busy');
    if (errors.length > 0) throw errors.find(({ retryable }) => retryable !== false) ?? errors[0];
    return isBusy ? 'busy' : 'accepted';
  };
}
