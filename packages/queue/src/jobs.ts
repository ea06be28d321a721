import { renderImageRecord, versioned } from '@imagemill/records';
import { Purge } from './purges/purge.ts';
import { purgeSchedule } from './purges/purge-schedule.ts';
import { retryPolicy } from './render/retry-policy.ts';
import { deliverySchedule } from './webhooks/delivery-schedule.ts';
import { WebhookEvent } from './webhooks/webhook-event.ts';

/** Outcomes of a completed job. `failed` is not included: a failed job becomes a dead letter. */
export type RenderOutcome =
  | { readonly outcome: 'ready' }
  | { readonly outcome: 'rejected'; readonly error: { readonly code: string; readonly message: string } }
  /** Moderation keeps it back. It is not retried: an operator starts the job again. */
  | { readonly outcome: 'held' }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'deleted' };

const HOUR_S = 3600;
/** At about 3 kB each, at most 0.3 GB of Redis for each of the two lists. */
const DELIVERIES_KEPT_MAX = 100_000;
/** At about 1 kB each, at most 0.1 GB of Redis. */
const FAILED_PURGES_KEPT_MAX = 100_000;

/** The job catalog: queue, name, payload versions, retries and retention of every job. */
export const jobs = {
  renderImage: {
    queue: 'render',
    name: 'render-image',
    payload: renderImageRecord,
    options: {
      attempts: retryPolicy.attempts,
      backoff: retryPolicy.backoff,
      // The manifest is the record of a finished image. The job is kept for a day for polling clients, up to a limit.
      removeOnComplete: { age: 24 * HOUR_S, count: 100_000 },
      // Dead letters are kept for ten days.
      removeOnFail: { age: 240 * HOUR_S },
      stackTraceLimit: 5,
      keepLogs: 20,
    },
  },
  deliverWebhook: {
    queue: 'webhooks',
    name: 'deliver-event',
    payload: versioned({ schema: WebhookEvent, versionField: 'jobVersion', upgrades: [] }),
    options: {
      attempts: deliverySchedule.attempts,
      backoff: { type: 'delivery-schedule' },
      // Kept jobs are the delivery log and can be replayed.
      removeOnComplete: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      removeOnFail: { age: 240 * HOUR_S, count: DELIVERIES_KEPT_MAX },
      stackTraceLimit: 0,
      keepLogs: 0,
    },
  },
  purgeImage: {
    queue: 'purges',
    name: 'purge-image',
    payload: versioned({ schema: Purge, versionField: 'jobVersion', upgrades: [] }),
    options: {
      attempts: purgeSchedule.attempts,
      backoff: { type: 'purge-schedule' },
      removeOnComplete: { age: 24 * HOUR_S, count: 1_000 },
      // Longer than those of renders: the reconciler repairs what a lost render leaves, but nothing finds a lost purge.
      removeOnFail: { age: 720 * HOUR_S, count: FAILED_PURGES_KEPT_MAX },
      stackTraceLimit: 0,
      keepLogs: 0,
    },
  },
} as const;

/** One entry of the job catalog. */
export type JobSpec = (typeof jobs)[keyof typeof jobs];
