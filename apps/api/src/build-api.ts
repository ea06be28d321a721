import { requestMetrics, watchRefusals } from '@imagemill/http';
import { createKeyStore } from '@imagemill/keys';
import { readRedisMemory } from '@imagemill/queue';
import { type Logger, parseJsonFile, startMetricsServer } from '@imagemill/service';
import { loadVariantSets } from '@imagemill/variants';
import type { MiddlewareHandler } from 'hono';
import type { Registry } from 'prom-client';
import { createApp } from './app.ts';
import { type AuthenticatorOptions, createAuthenticator } from './auth/authenticator.ts';
import type { Backends } from './backends.ts';
import { consumeBucketEvents } from './bucket-events/consume-bucket-events.ts';
import { buildServices } from './build-services.ts';
import type { ApiEnv } from './env.ts';
import type { ApiBindings } from './http/bindings.ts';
import type { BodyRoom } from './http/body-room.ts';
import type { RefusalDelay } from './http/delay-refusals.ts';
import { listen } from './http/listen.ts';
import type { RequestTurns } from './http/request-turns.ts';
import type { LiveObserver } from './live/listener.ts';
import type { LiveTimes } from './live/members.ts';
import { addBacklogMetrics } from './metrics/backlog-metrics.ts';
import { liveMetrics } from './metrics/live-metrics.ts';
import { addRedisMetrics } from './metrics/redis-metrics.ts';

export interface ApiOptions {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Overrides for tests: observers, shorter times and lower limits. */
  readonly inTests?: {
    readonly liveObserver?: LiveObserver | undefined;
    readonly liveTimes?: Partial<LiveTimes> | undefined;
    readonly bodyRoom?: BodyRoom | undefined;
    readonly requestTurns?: RequestTurns | undefined;
    readonly refusalDelay?: RefusalDelay | undefined;
    readonly authenticator?: Partial<AuthenticatorOptions> | undefined;
    readonly middleware?: readonly MiddlewareHandler<ApiBindings>[] | undefined;
  };
}

/**
 * One process of the API. Requests can be given to `app` at once; `listen` opens its ports, and takes bucket events.
 *
 * @throws StorageError when CONSOLE_DIR is set and no upload can be signed
 */
export async function buildApi(env: ApiEnv, backends: Backends, { logger, registry, inTests = {} }: ApiOptions) {
  const { connection, sqs } = backends;
  const services = await buildServices(env, backends, {
    categories: (await parseJsonFile(env.VARIANT_SETS_FILE, loadVariantSets)).categories,
    logger,
    liveObserver: inTests.liveObserver ?? liveMetrics(registry),
    liveTimes: inTests.liveTimes,
    bodyRoom: inTests.bodyRoom,
    requestTurns: inTests.requestTurns,
    refusalDelay: inTests.refusalDelay,
  });
  const { queue, queueFigures, originalsWatch, reportUploads, live } = services;
  const keyStore = createKeyStore(connection, env.QUEUE_PREFIX);
  const authenticator = createAuthenticator({
    configured: env.API_KEYS ?? [],
    store: keyStore,
    ...inTests.authenticator,
  });
  addBacklogMetrics(registry, queueFigures);
  addRedisMetrics(registry, () => readRedisMemory(connection));
  const app = createApp(services, authenticator, logger, requestMetrics(registry), ...(inTests.middleware ?? []));
  let closePorts = async () => {};

  return {
    app,
    services,
    keyStore,
    /** @throws Error naming the port when it is in use */
    async listen(): Promise<void> {
      const metrics = await startMetricsServer(env, registry);
      const server = await listen(app.fetch, {
        hostname: env.HOST,
        port: env.PORT,
        limits: { connectionsMax: env.MAX_CONNECTIONS },
        onRefused: watchRefusals(registry, logger),
      });
      const bucketEvents = sqs && consumeBucketEvents({ ...sqs, queue, reportUploads, logger });
      const recentFigures = queueFigures.keepRecent();
      closePorts = async () => {
        recentFigures.close();
        await Promise.all([server.close(env.SHUTDOWN_GRACE_MS), bucketEvents?.close(env.SHUTDOWN_GRACE_MS)]);
        await metrics?.close();
      };
      logger.info({ address: server.address, metricsPort: metrics?.port }, 'listening');
    },
    /** Closes everything in order, within SHUTDOWN_GRACE_MS, then the backends. */
    async close(): Promise<void> {
      // First: the server waits until all responses end.
      await live.close();
      await closePorts();
      originalsWatch.stop();
      backends.close();
    },
  };
}
