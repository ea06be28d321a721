import { availableParallelism, hostname } from 'node:os';
import { createImageView } from '@imagemill/images';
import { createImagingEngine } from '@imagemill/imaging';
import { createDeletions, createFinishedImages, createManifests } from '@imagemill/manifests';
import { checkRedis, createConsumerConnection, createRenderWorker, createSlotTime } from '@imagemill/queue';
import {
  createLogger,
  createRegistry,
  parseEnv,
  parseJsonFile,
  runProcess,
  startMetricsServer,
  startUpChecks,
} from '@imagemill/service';
import { checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { ImageId, loadCategories } from '@imagemill/variants';
import { workerEnv } from './env.ts';
import { startHealthServer } from './health-server.ts';
import { createDownload } from './import/download.ts';
import { createImportOriginal } from './import/import-original.ts';
import { measureJobs } from './metrics/measure-jobs.ts';
import { measureSlotTime } from './metrics/measure-slot-time.ts';
import { startReconciling } from './reconcile/start-reconciling.ts';
import { createRenderImage } from './render/render-image.ts';
import { loadEndpoints } from './webhooks/endpoints.ts';
import { notifyOutcome } from './webhooks/notify-outcome.ts';
import { startWebhooks } from './webhooks/start-webhooks.ts';

const DAY_MS = 24 * 3600_000;

await runProcess(async () => {
  const env = parseEnv(workerEnv, process.env);
  const logger = createLogger('worker', env.LOG_LEVEL);
  const categories = await parseJsonFile(env.VARIANT_SETS_FILE, loadCategories);
  const allowPrivate = env.WEBHOOK_ALLOW_PRIVATE;
  const endpoints = await parseJsonFile(env.WEBHOOK_ENDPOINTS_FILE, (file) => loadEndpoints(file, { allowPrivate }));
  const encodeConcurrency = env.ENCODE_CONCURRENCY ?? availableParallelism();
  // Encodes, name look-ups and file reads share these threads: too few, and encodes wait for threads while cores idle.
  if (env.UV_THREADPOOL_SIZE < encodeConcurrency + 4) {
    logger.warn({ encodeConcurrency, threads: env.UV_THREADPOOL_SIZE }, 'UV_THREADPOOL_SIZE is too small');
  }
  const engine = await createImagingEngine({
    encodeConcurrency,
    limits: {
      bytesMax: env.MAX_UPLOAD_BYTES,
      pixelsMax: env.MAX_SOURCE_PIXELS,
      sideMax: env.MAX_SOURCE_SIDE,
      framesMax: env.MAX_SOURCE_FRAMES,
      timeoutMs: env.RENDER_TIMEOUT_MS,
    },
  });
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 20_000 });
  const originals = createS3Storage({ client, bucket: env.ORIGINALS_BUCKET });
  const cdn = createS3Storage({ client, bucket: env.CDN_BUCKET });
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const connection = createConsumerConnection(env.REDIS_URL);
  connection.on('error', (err) => logger.warn({ err }, 'redis'));
  await startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { write: true }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { write: true }),
  });
  const health =
    env.HEALTH_PORT === undefined
      ? undefined
      : await startHealthServer(env.HEALTH_PORT, () => connection.status === 'ready');
  const registry = createRegistry();
  const metrics = await startMetricsServer(env.METRICS_PORT, registry);
  const webhooks =
    endpoints &&
    startWebhooks({
      connection,
      prefix: env.QUEUE_PREFIX,
      endpoints,
      manifests,
      view: createImageView({ categories, cdnBaseUrl: env.CDN_BASE_URL }),
      concurrency: env.WEBHOOK_CONCURRENCY,
      allowPrivate,
      logger,
    });
  const importOriginal = createImportOriginal({
    originals,
    download: createDownload({
      allowPrivate: env.IMPORT_ALLOW_PRIVATE,
      bytesMax: env.MAX_UPLOAD_BYTES,
      timeoutMs: env.IMPORT_TIMEOUT_SECONDS * 1000,
    }),
    placesMax: Math.ceil(env.WORKER_CONCURRENCY / 2),
  });
  const renderImage = createRenderImage({
    importOriginal,
    originals,
    cdn,
    manifests,
    deletions,
    engine,
    categories,
    cdnBaseUrl: env.CDN_BASE_URL,
    strictContentType: env.STRICT_CONTENT_TYPE,
    uploadGraceMs: env.UPLOAD_GRACE_SECONDS * 1000,
    logger,
  });
  const slotTime = createSlotTime(connection, env.QUEUE_PREFIX);
  const measured = measureSlotTime(renderImage, slotTime, (err) => logger.warn({ err }, 'slot time'));
  const handle = webhooks
    ? notifyOutcome(measured, webhooks.notifier, (err) => logger.warn({ err }, 'an end is not told of yet'))
    : measured;
  const worker = createRenderWorker({
    connection,
    prefix: env.QUEUE_PREFIX,
    concurrency: env.WORKER_CONCURRENCY,
    name: `${hostname()}:${process.pid}`,
    handle: measureJobs(handle, { registry, slots: env.WORKER_CONCURRENCY }),
    onError: (err) => logger.error({ err }, 'worker'),
    onJobStarted: (imageId) => logger.debug({ imageId }, 'job started'),
    async onFailed(imageId, err, isFinal) {
      logger.error({ imageId, err }, 'attempt failed');
      if (isFinal && imageId !== undefined) await webhooks?.notifier.deadLetter(ImageId.parse(imageId));
    },
  });
  const reconciling =
    env.RECONCILE_INTERVAL_SECONDS === 0
      ? undefined
      : startReconciling({
          redisUrl: env.REDIS_URL,
          prefix: env.QUEUE_PREFIX,
          intervalSeconds: env.RECONCILE_INTERVAL_SECONDS,
          services: {
            originals,
            cdn,
            manifests,
            deletions,
            finishedImages: createFinishedImages(originals),
            oldRevisionGraceMs: env.OLD_REVISION_GRACE_DAYS * DAY_MS,
            notifier: webhooks?.notifier,
          },
          logger,
        });
  const shown = { concurrency: env.WORKER_CONCURRENCY, categories: [...categories.keys()], metricsPort: metrics?.port };
  logger.info(shown, 'working');

  return {
    async close() {
      logger.info('closing');
      await Promise.all([
        reconciling?.close(),
        worker.close(env.SHUTDOWN_GRACE_MS),
        webhooks?.deliveries.close(env.SHUTDOWN_GRACE_MS),
      ]);
      await Promise.all([health?.close(), metrics?.close()]);
      connection.disconnect();
      client.destroy();
      logger.info('closed');
    },
  };
});
