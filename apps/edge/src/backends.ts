import { createProducerConnection, createReaderConnection, redisAddress } from '@imagemill/queue';
import { type Logger, startUpChecks } from '@imagemill/service';
import { bucketsOf, checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import type { EdgeEnv } from './env.ts';

/** The connections of one edge process to Redis and the object storage. */
export type Backends = ReturnType<typeof openBackends>;

export function openBackends(env: EdgeEnv, logger: Logger) {
  // A shopper is waiting: two short attempts, then 503.
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 2, requestTimeoutMs: 5_000 });
  const connection = createProducerConnection(redisAddress(env));
  const purgeReader = createReaderConnection(redisAddress(env));
  for (const redis of [connection, purgeReader]) {
    redis.on('error', (err) => logger.warn({ err }, 'Redis connection error'));
  }
  const buckets = bucketsOf(env);
  return {
    originals: createS3Storage({ client, ...buckets.originals }),
    cdn: createS3Storage({ client, ...buckets.cdn }),
    connection,
    purgeReader,
    close() {
      connection.disconnect();
      purgeReader.disconnect();
      client.destroy();
    },
  };
}

/**
 * Redis is not checked: without it, the edge serves finished images.
 *
 * @throws StartUpError listing the buckets that are missing or misconfigured. One that does not answer is not an error.
 */
export function checkBackends({ originals, cdn }: Backends): Promise<void> {
  return startUpChecks({
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { mayBeAway: true }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { mayBeAway: true }),
  });
}
