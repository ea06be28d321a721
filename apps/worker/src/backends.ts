import { checkRedis, createConsumerConnection, createProducerConnection, redisAddress } from '@imagemill/queue';
import { type Logger, startUpChecks } from '@imagemill/service';
import { bucketsOf, checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { workerCanaryKey } from '@imagemill/variants';
import type { WorkerEnv } from './env.ts';

/** A worker's connections to Redis and object storage. */
export type Backends = ReturnType<typeof openBackends>;

export function openBackends(env: WorkerEnv, logger: Logger) {
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 20_000 });
  const signingClient = createS3Client({ ...s3Settings(env), endpoint: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT });
  // One attempt: retries would hide an outage of a part of the requests.
  const canaryClient = createS3Client({ ...s3Settings(env), maxAttempts: 1, requestTimeoutMs: 4_000 });
  const connection = createConsumerConnection(redisAddress(env));
  connection.on('error', (err) => logger.warn({ err }, 'Redis connection error'));
  // Fails fast: an image is made without looking for duplicates.
  const fastConnection = createProducerConnection(redisAddress(env));
  fastConnection.on('error', (err) => logger.warn({ err }, 'Redis connection error'));
  const buckets = bucketsOf(env);
  return {
    originals: createS3Storage({ client, signingClient, ...buckets.originals }),
    cdn: createS3Storage({ client, ...buckets.cdn }),
    /** The same buckets, for probes. */
    canaries: {
      originals: createS3Storage({ client: canaryClient, ...buckets.originals }),
      cdn: createS3Storage({ client: canaryClient, ...buckets.cdn }),
    },
    connection,
    fastConnection,
    close() {
      connection.disconnect();
      fastConnection.disconnect();
      client.destroy();
      signingClient.destroy();
      canaryClient.destroy();
    },
  };
}

/**
 * A bucket that does not answer is not an error: the worker starts, and waits for it like after any other outage.
 *
 * @throws StartUpError listing all backends that are missing or misconfigured
 */
export function checkBackends({ canaries: { originals, cdn }, connection }: Backends): Promise<void> {
  const asWriter = { canaryKey: workerCanaryKey, mayBeAway: true };
  return startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, asWriter),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, asWriter),
  });
}
