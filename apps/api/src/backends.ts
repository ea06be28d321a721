import { checkRedis, createProducerConnection, redisAddress } from '@imagemill/queue';
import { type Logger, startUpChecks } from '@imagemill/service';
import { bucketsOf, checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { checkBucketEventsQueue, createSqsClient } from './bucket-events/bucket-events-queue.ts';
import { checkConsole } from './console/serve-console.ts';
import type { ApiEnv } from './env.ts';
import { checkRenderQueue } from './serverless/check-render-queue.ts';

/** The connections of one API process to Redis, the object storage and SQS. */
export type Backends = ReturnType<typeof openBackends>;

export function openBackends(env: ApiEnv, logger: Logger) {
  const s3 = {
    ...s3Settings(env),
    // A caller is waiting: two short attempts, then 503.
    maxAttempts: 2,
    requestTimeoutMs: 5_000,
  };
  const client = createS3Client(s3);
  const signingClient = createS3Client({ ...s3, endpoint: env.S3_PUBLIC_ENDPOINT ?? s3.endpoint });
  const uploads = { signingClient, allowOverwrite: env.S3_ALLOW_OVERWRITE };
  const buckets = bucketsOf(env);
  const connection = createProducerConnection(redisAddress(env));
  connection.on('error', (err) => logger.warn({ err }, 'Redis connection error'));
  const sqs = openSqs(env);
  const renderMessages = openRenderMessages(env);
  return {
    originals: createS3Storage({ client, ...uploads, ...buckets.originals }),
    cdn: createS3Storage({ client, ...buckets.cdn }),
    connection,
    sqs,
    /** Set with RENDERER=lambda. */
    renderMessages,
    close() {
      sqs?.client.destroy();
      renderMessages?.client.destroy();
      connection.disconnect();
      client.destroy();
      signingClient.destroy();
    },
  };
}

function openSqs({ UPLOAD_EVENTS_QUEUE_URL: queueUrl, UPLOAD_EVENTS_REGION: region }: ApiEnv) {
  return queueUrl === undefined ? undefined : { client: createSqsClient({ url: queueUrl, region }), queueUrl };
}

function openRenderMessages({ RENDER_QUEUE_URL: queueUrl }: ApiEnv) {
  return queueUrl === undefined ? undefined : { client: createSqsClient({ url: queueUrl }), queueUrl };
}

/** A bucket that does not answer now is not an error. @throws StartUpError with everything that is missing or misconfigured */
export async function checkBackends(env: ApiEnv, backends: Backends, logger: Logger): Promise<void> {
  const { originals, cdn, connection, sqs, renderMessages } = backends;
  const consoleDir = env.CONSOLE_DIR;
  await startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { mayBeAway: true }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { mayBeAway: true }),
    ...(consoleDir !== undefined && { 'console in CONSOLE_DIR': () => checkConsole(consoleDir) }),
    ...(sqs && { 'upload events queue': () => checkBucketEventsQueue(sqs.client, sqs.queueUrl, logger) }),
    ...(renderMessages && { 'queue of the Lambda renderer': () => checkRenderQueue(renderMessages) }),
  });
}
