import { checkRedis, createConsumerConnection } from '@imagemill/queue';
import { type Logger, startUpChecks } from '@imagemill/service';
import { checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import type { WorkerEnv } from './env.ts';

/** A worker's connections to Redis and object storage. */
export type Backends = ReturnType<typeof openBackends>;

export function openBackends(env: WorkerEnv, logger: Logger) {
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 20_000 });
  const connection = createConsumerConnection(env.REDIS_URL);
  connection.on('error', (err) => logger.warn({ err }, 'Redis connection error'));
  return {
    originals: createS3Storage({ client, bucket: env.ORIGINALS_BUCKET }),
    cdn: createS3Storage({ client, bucket: env.CDN_BUCKET }),
    connection,
    close() {
      connection.disconnect();
      client.destroy();
    },
  };
}

/** @throws StartUpError listing all backends that are missing or misconfigured */
export function checkBackends({ originals, cdn, connection }: Backends): Promise<void> {
  return startUpChecks({
    Redis: () => checkRedis(connection),
    [`bucket ${originals.bucket}`]: () => checkBucket(originals, { write: true }),
    [`bucket ${cdn.bucket}`]: () => checkBucket(cdn, { write: true }),
  });
}
