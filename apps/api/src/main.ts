import { createImageRecords, createImageView } from '@imagemill/images';
import { createDeletions, createManifests } from '@imagemill/manifests';
import { checkRedis, createEventQueue, createProducerConnection, createRenderQueue } from '@imagemill/queue';
import { createLogger, parseEnv, parseJsonFile, runProcess, startUpChecks } from '@imagemill/service';
import { checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { loadCategories } from '@imagemill/variants';
import { createApp } from './app.ts';
import { createAuthenticator } from './auth/api-keys.ts';
import { apiEnv } from './env.ts';
import { listen } from './http/listen.ts';

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
  await startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { write: false }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { write: false }),
  });
  const queue = createRenderQueue({ connection, prefix: env.QUEUE_PREFIX });
  const events = createEventQueue({ connection, prefix: env.QUEUE_PREFIX });
  const settings = {
    apiBaseUrl: env.API_BASE_URL.replace(/\/+$/, ''),
    cdnBaseUrl: env.CDN_BASE_URL,
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    uploadUrlTtlSeconds: env.UPLOAD_URL_TTL_SECONDS,
    uploadCheckDelayMs: env.UPLOAD_CHECK_DELAY_MS,
  };
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const records = createImageRecords({ queue, manifests, originals, categories });
  const view = createImageView({ categories, cdnBaseUrl: env.CDN_BASE_URL });
  const services = { categories, originals, cdn, queue, events, manifests, deletions, records, view, settings };

  const app = createApp(services, createAuthenticator(env.API_KEYS), logger);
  const server = await listen(app.fetch, { hostname: env.HOST, port: env.PORT });
  logger.info({ address: server.address }, 'listening');

  return {
    async close() {
      logger.info('closing');
      await server.close(env.SHUTDOWN_GRACE_MS);
      connection.disconnect();
      client.destroy();
      signingClient.destroy();
      logger.info('closed');
    },
  };
});
