import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { renderOrder } from '@imagemill/records';
import { createLogger } from '@imagemill/service';
import { bucketsOf, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import type { SweepEnv } from './env.ts';
import { openQueue } from './open-queue.ts';
import { createSweep, type Sweep } from './sweep.ts';

const SEND_TIMEOUT_MS = 10_000;

export function buildSweep(env: SweepEnv): Sweep {
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 10_000 });
  const queue = openQueue(env.RENDER_QUEUE_URL);
  return createSweep({
    originals: createS3Storage({ client, ...bucketsOf(env).originals }),
    async order(image) {
      const message = { QueueUrl: env.RENDER_QUEUE_URL, MessageBody: renderOrder(image) };
      await queue.send(new SendMessageCommand(message), { abortSignal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
    },
    lostAfterMs: env.UPLOAD_LOST_AFTER_SECONDS * 1000,
    logger: createLogger('sweep', env.LOG_LEVEL),
  });
}
