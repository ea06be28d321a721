import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '@imagemill/service';

/** How long SQS waits for a message before it responds; the longest that it supports. */
export const LONG_POLL_SECONDS = 20;

export interface UploadEventsQueue {
  readonly url: string;
  /** Default: from the URL of a queue at Amazon, else from the standard AWS settings. */
  readonly region?: string | undefined;
}

/**
 * An SQS client for one queue, at the server in its URL. Credentials come from the AWS SDK's default chain: variables,
 * shared files, or the role of the pod, task or instance. They may differ from those of the object storage.
 */
export function createSqsClient({ url, region = regionOf(url) }: UploadEventsQueue): SQSClient {
  const requestTimeout = (LONG_POLL_SECONDS + 5) * 1000;
  return new SQSClient({
    // Set explicitly: otherwise the client warns on every call that the endpoint differs from its region's.
    endpoint: new URL(url).origin,
    ...(region && { region }),
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  });
}

/** The region in `https://sqs.eu-west-1.amazonaws.com/…` and its FIPS, dual-stack and China forms. */
const regionOf = (url: string): string | undefined =>
  /^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws|api\.amazonwebservices\.com)/.exec(
    new URL(url).hostname,
  )?.[1];

/**
 * Checks that the queue exists and is accessible. Logs a warning for a queue without a dead-letter queue: it would keep
 * every message that is not a bucket event until the message expires.
 *
 * @returns one sentence per problem
 */
export async function checkBucketEventsQueue(
  client: SQSClient,
  queueUrl: string,
  logger: Logger,
): Promise<readonly string[]> {
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    if (!Attributes?.RedrivePolicy) {
      logger.warn('the upload events queue has no redrive policy: set a dead-letter queue and maxReceiveCount');
    }
    return [];
  } catch (error) {
    const { name, message } = error as Error;
    return [
      `${message} (${name}) Check that UPLOAD_EVENTS_QUEUE_URL names a queue in this region, ` +
        'and that these AWS credentials allow sqs:GetQueueAttributes, sqs:ReceiveMessage and sqs:DeleteMessage on it.',
    ];
  }
}
