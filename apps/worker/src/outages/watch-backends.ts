import { createBreaker, createOutages, type GivenBack, redisDependency } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import { bucketDependency } from './bucket-dependency.ts';
import { createOutageMetrics } from './outage-metrics.ts';

export type BackendWatch = ReturnType<typeof watchBackends>;

interface WatchOptions {
  readonly prefix: string;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly probeDelayMs?: { readonly initialDelay: number; readonly maxDelay: number };
}

/** Watches Redis and the buckets for outages; logs and counts them. */
export function watchBackends(
  { connection, canaries }: Pick<Backends, 'connection' | 'canaries'>,
  { prefix, logger, registry, probeDelayMs }: WatchOptions,
) {
  const redis = createBreaker(redisDependency(connection, prefix), probeDelayMs);
  const originals = createBreaker(bucketDependency('originals', canaries.originals), probeDelayMs);
  const cdn = createBreaker(bucketDependency('cdn', canaries.cdn), probeDelayMs);
  const breakers = [redis, originals, cdn];
  const metrics = createOutageMetrics(registry, breakers);
  const ofRenders = createOutages(breakers);

  ofRenders.onChange(({ dependency, isAway, awayMs, cause }) => {
    if (!isAway) return logger.info({ dependency, awayMs }, 'dependency answers again, taking jobs');
    metrics.began(dependency);
    logger.error({ dependency, err: cause }, 'dependency is away, taking no jobs');
  });
  // Commands wait for the connection, and no job reports an error.
  const check = () => void redis.check();
  connection.on('close', check);

  return {
    ofRenders,
    ofLooks: createOutages([redis, originals]),
    /** Deliveries need no bucket. */
    ofDeliveries: createOutages([redis]),
    onGivenBack(job: GivenBack) {
      metrics.gaveBack(job);
      logger.warn(job, 'job returned to the queue, no attempt used');
    },
    /** Finds outages that have begun before the start. */
    checkAll: () => Promise.all(breakers.map((breaker) => breaker.check())),
    stop() {
      connection.off('close', check);
      for (const breaker of breakers) breaker.stop();
    },
  };
}
