import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '@imagemill/service';

/** Shortens the wait of a message until it is received again. Never throws. */
export type RetryLater = (receiptHandle: string, afterSeconds: number) => Promise<void>;

interface RetryOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly logger: Logger;
}

const CALL_TIMEOUT_MS = 5_000;

/** If SQS does not answer, the visibility timeout of the queue applies, which is longer. */
export const createRetryLater =
  ({ client, queueUrl: QueueUrl, logger }: RetryOptions): RetryLater =>
  async (ReceiptHandle, VisibilityTimeout) => {
    const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout });
    await client.send(change, { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) }).catch((err: unknown) => {
      logger.warn({ err }, 'the visibility of a message was not changed');
    });
  };
