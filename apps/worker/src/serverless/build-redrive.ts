import { createLogger } from '@imagemill/service';
import { createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import type { RedriveEnv } from './env.ts';
import { openQueue } from './open-queue.ts';
import { createRedrive, type Redrive } from './redrive.ts';

export function buildRedrive(env: RedriveEnv): Redrive {
  // One attempt: retries would hide an outage of a part of the requests.
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 1, requestTimeoutMs: 4_000 });
  return createRedrive({
    client: openQueue(env.DEAD_LETTERS_URL),
    urls: { queue: env.RENDER_QUEUE_URL, deadLetters: env.DEAD_LETTERS_URL, parked: env.PARKED_LETTERS_URL },
    buckets: [env.ORIGINALS_BUCKET, env.CDN_BUCKET].map((bucket) => createS3Storage({ client, bucket })),
    logger: createLogger('redrive', env.LOG_LEVEL),
  });
}
