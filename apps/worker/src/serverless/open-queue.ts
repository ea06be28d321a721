import { SQSClient } from '@aws-sdk/client-sqs';

const TIMEOUT_MS = 5_000;

/** An SQS client for queues at the server in this URL, with the role and the region of the function. */
export const openQueue = (url: string): SQSClient =>
  new SQSClient({
    // Otherwise the client warns on every call if the endpoint differs from its region's.
    endpoint: new URL(url).origin,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
  });
