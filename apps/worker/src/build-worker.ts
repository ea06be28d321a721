import { hostname } from 'node:os';
import { createFinishedImages } from '@imagemill/manifests';
import {
  createFingerprints,
  createRenderWorker,
  createSlotTime,
  type RenderHandler,
  redisAddress,
} from '@imagemill/queue';
import { buildEngine, decodeWatermarks, type EngineOptions } from '@imagemill/rendering';
import { type Logger, parseJsonFile, startMetricsServer } from '@imagemill/service';
import { ImageId, loadVariantSets } from '@imagemill/variants';
import type { Registry } from 'prom-client';
import type { Backends } from './backends.ts';
import { createDuplicates } from './duplicates/duplicates.ts';
import type { WorkerEnv } from './env.ts';
import { startHealthServer } from './health-server.ts';
import { startLooking } from './looks/start-looking.ts';
import { measureEncodes } from './metrics/job-metrics.ts';
import { measureJobs } from './metrics/measure-jobs.ts';
import { measureSlotTime } from './metrics/measure-slot-time.ts';
import { buildModerator } from './moderation/build-moderator.ts';
import { type BackendWatch, watchBackends } from './outages/watch-backends.ts';
import { buildPurges } from './purge/build-purges.ts';
import { startReconciling } from './reconcile/start-reconciling.ts';
import { buildRenderServices } from './render/build-render-services.ts';
import { createRenderImage } from './render/render-image.ts';
import type { RenderServices } from './render/render-services.ts';
import { buildWebhooks, type Webhooks } from './webhooks/build-webhooks.ts';
import { loadEndpoints } from './webhooks/endpoints.ts';
import { notifyOutcome } from './webhooks/notify-outcome.ts';

const DAY_MS = 24 * 3600_000;

type WorkerOptions = Omit<EngineOptions, 'memoryMb' | 'heldBytes' | 'watermarks'>;

/** Builds a worker. `start` opens its ports and begins to process jobs. */
export async function buildWorker(env: WorkerEnv, backends: Backends, options: WorkerOptions) {
  const { logger, registry } = options;
  const { connection } = backends;
  const { categories, watermarks: files } = await parseJsonFile(env.VARIANT_SETS_FILE, loadVariantSets);
  const allowPrivate = env.WEBHOOK_ALLOW_PRIVATE;
  const endpoints = await parseJsonFile(env.WEBHOOK_ENDPOINTS_FILE, (file) => loadEndpoints(file, { allowPrivate }));
  const watermarks = await decodeWatermarks(files);
  const heldBytes = env.WORKER_CONCURRENCY * env.MAX_UPLOAD_BYTES;
  const engine = await buildEngine(env, { ...options, watermarks, memoryMb: env.WORKER_MEMORY_MB, heldBytes });
  const purges = buildPurges(env, backends, { categories, logger, registry });
  const moderator = buildModerator(env, backends, { engine, categories, logger, registry });
  const duplicates = createDuplicates(createFingerprints(backends.fastConnection, env.QUEUE_PREFIX), logger);
  const services = buildRenderServices(env, backends, {
    engine,
    duplicates,
    categories,
    logger,
    moderator,
    purges: purges?.queue,
    onEncoded: measureEncodes(registry),
  });
  const webhooks = endpoints && buildWebhooks(env, backends, { endpoints, categories, logger, registry });
  const watch = watchBackends(backends, { prefix: env.QUEUE_PREFIX, logger, registry });
  let closeAll = async () => {};

  return {
    /** @throws Error naming the port if it is in use */
    async start(): Promise<void> {
      const health = await startHealthServer(env, () => connection.status === 'ready');
      const metrics = await startMetricsServer(env, registry);
      await watch.checkAll();
      const deliveries = webhooks?.startDeliveries(watch);
      const purging = purges?.start(watch);
      const renders = startRenders(env, backends, { services, webhooks, watch, logger, registry });
      const looking = startLooking(env, backends, { watch, logger, registry });
      const reconciling = reconcileRegularly(env, { services, webhooks, logger });
      closeAll = async () => {
        const graceMs = env.SHUTDOWN_GRACE_MS;
        await Promise.all([reconciling?.close(), looking.close()]);
        await Promise.all([renders.close(graceMs), deliveries?.close(graceMs), purging?.close(graceMs)]);
        watch.stop();
        await Promise.all([engine.close(), health?.close(), metrics?.close()]);
      };
      const shown = { concurrency: env.WORKER_CONCURRENCY, categories: [...categories.keys()] };
      logger.info({ ...shown, metricsPort: metrics?.port }, 'worker started');
    },
    /** Finishes running jobs, or returns them to the queue after SHUTDOWN_GRACE_MS. Also closes the backends. */
    async close(): Promise<void> {
      await closeAll();
      backends.close();
    },
  };
}

interface Parts {
  readonly services: RenderServices;
  readonly webhooks: Webhooks | undefined;
  readonly logger: Logger;
}

interface RenderParts extends Parts {
  readonly watch: BackendWatch;
  readonly registry: Registry;
}

/** The render handler with its middleware; the last in the list is the outermost. */
function startRenders(env: WorkerEnv, { connection }: Backends, parts: RenderParts) {
  const { services, webhooks, watch, logger, registry } = parts;
  const prefix = env.QUEUE_PREFIX;
  const slotTime = createSlotTime(connection, prefix);
  const middleware: readonly ((handle: RenderHandler) => RenderHandler)[] = [
    (handle) => measureSlotTime(handle, slotTime, (err) => logger.warn({ err }, 'slot time not recorded')),
    ...(webhooks
      ? [
          (handle: RenderHandler) =>
            notifyOutcome(handle, webhooks.notifier, (err) => logger.warn({ err }, 'webhook not queued, will retry')),
        ]
      : []),
    (handle) => measureJobs(handle, { registry, slots: env.WORKER_CONCURRENCY }),
  ];
  return createRenderWorker({
    connection,
    prefix,
    concurrency: env.WORKER_CONCURRENCY,
    weights: env.TENANT_WEIGHTS,
    name: `${hostname()}:${process.pid}`,
    handle: middleware.reduce((handle, wrap) => wrap(handle), createRenderImage(services)),
    outages: watch.ofRenders,
    onGivenBack: watch.onGivenBack,
    onError: (err) => logger.error({ err }, 'render worker error'),
    onJobStarted: (imageId) => logger.debug({ imageId }, 'job started'),
    async onFailed(imageId, err, isFinal) {
      // Most attempts are repeated with success, and a seller's URL may fail for its own reasons.
      logger[isFinal ? 'error' : 'warn']({ imageId, isFinal, err }, 'attempt failed');
      if (isFinal && imageId !== undefined) await webhooks?.notifier.deadLetter(ImageId.parse(imageId));
    },
  });
}

function reconcileRegularly(env: WorkerEnv, { services, webhooks, logger }: Parts) {
  if (env.RECONCILE_INTERVAL_SECONDS === 0) return undefined;
  const { originals, cdn, manifests, previews, deletions, purges, categories } = services;
  return startReconciling({
    redis: redisAddress(env),
    prefix: env.QUEUE_PREFIX,
    weights: env.TENANT_WEIGHTS,
    intervalSeconds: env.RECONCILE_INTERVAL_SECONDS,
    services: {
      originals,
      cdn,
      manifests,
      previews,
      deletions,
      purges,
      categories,
      finishedImages: createFinishedImages(originals),
      oldRevisionGraceMs: env.OLD_REVISION_GRACE_DAYS * DAY_MS,
      heldMs: env.MODERATION_HELD_DAYS * DAY_MS,
      storedSizeMs: env.STORED_SIZE_DAYS * DAY_MS,
      notifier: webhooks?.notifier,
    },
    logger,
  });
}
