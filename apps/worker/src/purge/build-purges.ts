import { createPurgeQueue, createPurgeWorker, type PurgeQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import type { WorkerEnv } from '../env.ts';
import type { BackendWatch } from '../outages/watch-backends.ts';
import { createPurgeMetrics } from './purge-metrics.ts';
import { purgeTargets, sendToAll } from './purge-targets.ts';

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
  const targets = purgeTargets(env, categories);
  if (targets.length === 0) return undefined;
  const prefix = env.QUEUE_PREFIX;
  const metrics = createPurgeMetrics(registry, targets);
  return {
    queue: createPurgeQueue({ connection, prefix }),
    start: ({ ofDeliveries, onGivenBack }) =>
      createPurgeWorker({
        connection,
        prefix,
        onGivenBack,
        concurrency: PURGES_AT_ONCE,
        outages: ofDeliveries,
        send: sendToAll(targets, metrics),
        onError: (err) => logger.error({ err }, 'purge worker error'),
        onFailed: (purgeId, err, isFinal) => logger.error({ purgeId, err, isFinal }, 'purge failed'),
      }),
  };
}
