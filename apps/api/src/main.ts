import { createImageEnds, createImageRecords, createImageView, createListImages } from '@imagemill/images';
import { createKeyStore } from '@imagemill/keys';
import { createDeletions, createManifests } from '@imagemill/manifests';
import {
  checkRedis,
  createImageIndex,
  createProducerConnection,
  createQueueViews,
  createReaderConnection,
  createRenderQueue,
  createWebhookQueue,
} from '@imagemill/queue';
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
import { loadCategories } from '@imagemill/variants';
import { createApp } from './app.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { createFollowTokens } from './auth/follow-tokens.ts';
import { createBoardSessions } from './board/board-sessions.ts';
import { checkBucketEventsQueue, createSqsClient } from './bucket-events/bucket-events-queue.ts';
import { consumeBucketEvents } from './bucket-events/consume-bucket-events.ts';
import { createReportUploads } from './bucket-events/report-uploads.ts';
import { consolePage } from './console/console-page.ts';
import { checkConsole } from './console/serve-console.ts';
import { apiEnv } from './env.ts';
import { listen } from './http/listen.ts';
import { createLimits } from './limits/create-limits.ts';
import { startLive } from './live/start-live.ts';
import { addBacklogMetrics } from './metrics/backlog-metrics.ts';
import { liveMetrics } from './metrics/live-metrics.ts';
import { requestMetrics } from './metrics/request-metrics.ts';

await runProcess(async () => {
  const env = parseEnv(apiEnv, process.env);
  const logger = createLogger('api', env.LOG_LEVEL);
  const categories = await parseJsonFile(env.VARIANT_SETS_FILE, loadCategories);

  const s3 = {
    ...s3Settings(env),
    // A caller is waiting: two tries within its patience, then 503.
    maxAttempts: 2,
    requestTimeoutMs: 5_000,
  };
  const client = createS3Client(s3);
  const signingClient = createS3Client({ ...s3, endpoint: env.S3_PUBLIC_ENDPOINT ?? s3.endpoint });
  const allowOverwrite = env.S3_ALLOW_OVERWRITE;
  const originals = createS3Storage({ client, signingClient, bucket: env.ORIGINALS_BUCKET, allowOverwrite });
  const cdn = createS3Storage({ client, bucket: env.CDN_BUCKET });

  const connection = createProducerConnection(env.REDIS_URL);
  connection.on('error', (err) => logger.warn({ err }, 'redis'));
  const queueUrl = env.UPLOAD_EVENTS_QUEUE_URL;
  const sqs =
    queueUrl === undefined
      ? undefined
      : { client: createSqsClient({ url: queueUrl, region: env.UPLOAD_EVENTS_REGION }), queueUrl };
  const consoleDir = env.CONSOLE_DIR;
  await startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { write: false }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { write: false }),
    ...(consoleDir !== undefined && { 'console in CONSOLE_DIR': () => checkConsole(consoleDir) }),
    ...(sqs && { 'upload events queue': () => checkBucketEventsQueue(sqs.client, sqs.queueUrl, logger) }),
  });
  const queue = createRenderQueue({ connection, prefix: env.QUEUE_PREFIX });
  const webhooks = createWebhookQueue({ connection, prefix: env.QUEUE_PREFIX });
  const settings = {
    apiBaseUrl: env.API_BASE_URL.replace(/\/+$/, ''),
    cdnBaseUrl: env.CDN_BASE_URL,
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    uploadUrlTtlSeconds: env.UPLOAD_URL_TTL_SECONDS,
    uploadCheckDelayMs: env.UPLOAD_CHECK_DELAY_MS,
    multipartThreshold: env.MULTIPART_THRESHOLD,
    multipartTtlSeconds: env.MULTIPART_TTL_SECONDS,
    corsOrigins: env.API_CORS_ORIGINS,
  };
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const records = createImageRecords({ queue, manifests, originals, categories });
  const view = createImageView({ categories, cdnBaseUrl: env.CDN_BASE_URL });
  const index = createImageIndex(connection, env.QUEUE_PREFIX);
  const listImages = createListImages({
    ...{ index, records, categories },
    onUnreadable: (imageId, err) => logger.error({ err, imageId }, 'left out of a listing'),
  });
  const limits = createLimits(
    { connection, prefix: env.QUEUE_PREFIX, queue },
    {
      tickets: env.RATE_LIMIT_TICKETS,
      windowSeconds: env.RATE_LIMIT_WINDOW_SECONDS,
      unfinishedMax: env.MAX_UNFINISHED_IMAGES,
      maxBacklog: env.MAX_BACKLOG,
      maxBacklogSeconds: env.MAX_BACKLOG_SECONDS,
    },
  );
  const followTokens =
    env.FOLLOW_TOKEN_SECRET && createFollowTokens(env.FOLLOW_TOKEN_SECRET, env.FOLLOW_TOKEN_TTL_SECONDS);
  const storage = { originals, cdn, manifests, deletions };
  const board = env.BOARD_SESSION_SECRET && {
    sessions: createBoardSessions(env.BOARD_SESSION_SECRET),
    queues: createQueueViews({ connection, prefix: env.QUEUE_PREFIX }),
  };
  const { apiBaseUrl, cdnBaseUrl } = settings;
  const page =
    consoleDir === undefined
      ? undefined
      : await consolePage({ dir: consoleDir, apiBaseUrl, cdnBaseUrl, originals, categories });
  const pages = { board, console: page };
  const registry = createRegistry();
  const live = startLive({
    connection: createReaderConnection(env.REDIS_URL),
    prefix: env.QUEUE_PREFIX,
    sources: { records, view, ends: createImageEnds({ queue, manifests }) },
    categories,
    limits: { listenersMax: env.MAX_LISTENERS, listenersPerTenantMax: env.MAX_LISTENERS_PER_TENANT },
    observer: liveMetrics(registry),
    logger,
  });
  const reportUploads = createReportUploads({ bucket: originals.bucket, queue, logger });
  const services = {
    ...storage,
    reportUploads,
    ...pages,
    categories,
    queue,
    webhooks,
    records,
    index,
    listImages,
    view,
    limits,
    live,
    followTokens,
    settings,
  };

  addBacklogMetrics(registry, queue);
  const metrics = await startMetricsServer(env.METRICS_PORT, registry);
  const authenticator = createAuthenticator({
    configured: env.API_KEYS ?? [],
    store: createKeyStore(connection, env.QUEUE_PREFIX),
  });
  const app = createApp(services, authenticator, logger, requestMetrics(registry));
  const server = await listen(app.fetch, { hostname: env.HOST, port: env.PORT });
  logger.info({ address: server.address, metricsPort: metrics?.port }, 'listening');
  const uploadEvents = sqs && consumeBucketEvents({ ...sqs, queue, reportUploads, logger });

  return {
    async close() {
      logger.info('closing');
      const graceMs = env.SHUTDOWN_GRACE_MS;
      // Before the server, which waits for every answer to end.
      await live.close();
      await Promise.all([server.close(graceMs), uploadEvents?.close(graceMs)]);
      await metrics?.close();
      sqs?.client.destroy();
      connection.disconnect();
      client.destroy();
      signingClient.destroy();
      logger.info('closed');
    },
  };
});
