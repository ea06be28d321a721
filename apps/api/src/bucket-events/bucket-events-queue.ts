import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '@imagemill/service';

/** How long SQS holds a request open until a message comes; the longest that it offers. */
export const LONG_POLL_SECONDS = 20;

export interface UploadEventsQueue {
  readonly url: string;
  /** Taken from the URL of a queue at Amazon, else from the standard AWS settings, where it is not given. */
  readonly region?: string | undefined;
}

/**
 * An SQS client for one queue, at whichever server its URL names. Credentials come from the AWS SDK's own chain: variables,
 * shared files, or the role of the pod, task or instance. They may be others than those of the object storage.
 */
export function createSqsClient({ url, region = regionOf(url) }: UploadEventsQueue): SQSClient {
  const requestTimeout = (LONG_POLL_SECONDS + 5) * 1000;
  return new SQSClient({
    // Said by hand, since the client warns on every call that it takes another than its region's.
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

/** `https://sqs.eu-west-1.amazonaws.com/…` and its FIPS, dual-stack and China forms say where they are. */
const regionOf = (url: string): string | undefined =>
  /^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws|api\.amazonwebservices\.com)/.exec(
    new URL(url).hostname,
  )?.[1];

/**
 * Whether the queue is there and lets us in. One without a dead-letter queue is usable, but keeps every message that is no
 * bucket's event until it is too old, so that is logged.
 *
 * @returns a sentence per problem
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
      `${message} (${name}) Does UPLOAD_EVENTS_QUEUE_URL name a queue that these AWS credentials may use ` +
        '(sqs:GetQueueAttributes, sqs:ReceiveMessage, sqs:DeleteMessage), in this region?',
    ];
  }
}
