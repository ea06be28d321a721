import { S3Client } from '@aws-sdk/client-s3';
import { createHttpSender, type HttpSender } from './http-sender.ts';
import { settleWithin } from './settle-within.ts';

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  /** Requires its secret. If not set, the AWS SDK finds credentials through its own chain, and renews them. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** Attempts per call, including the first. */
  readonly maxAttempts?: number;
  /** Limit for one attempt, from the start of the request to the response headers, and for any idle time after that. */
  readonly requestTimeoutMs?: number;
}

/** An S3 client, and what sends requests past its middleware within the same limits. `destroy` ends both. */
export interface DirectS3Client extends S3Client {
  readonly sender: HttpSender;
}

const CONNECT_MS_MAX = 3_000;
const CONNECTIONS_MAX = 128;

/** An S3 client with settings that work with every S3-compatible server, not only with Amazon's. */
export function createS3Client(settings: S3Settings): DirectS3Client {
  const { requestTimeoutMs: requestTimeout = 10_000, maxAttempts = 3 } = settings;
  const { accessKeyId, secretAccessKey } = settings;
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  const client = new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    ...(hasKeys && { credentials: { accessKeyId, secretAccessKey } }),
    forcePathStyle: true,
    maxAttempts,
    // The default, CRC32 on every request, is signed into presigned URLs and breaks uploads on many servers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
    },
  });
  const sender = createHttpSender({
    connectMs: CONNECT_MS_MAX,
    responseMs: requestTimeout,
    connectionsMax: CONNECTIONS_MAX,
  });
  return withSender(limited(client, maxAttempts * (requestTimeout + RETRY_PAUSE_MS_MAX)), sender);
}

function withSender(client: S3Client, sender: HttpSender): DirectS3Client {
  const destroy = client.destroy.bind(client);
  return Object.assign(client, {
    sender,
    destroy() {
      sender.destroy();
      destroy();
    },
  });
}

/** For the credentials of calls that do not go through the client: the endpoints of roles answer in milliseconds. */
export const CREDENTIALS_MS_MAX = 10_000;

/** The AWS SDK waits at most 20 s between attempts, and much less between the first few. */
const RETRY_PAUSE_MS_MAX = 1_000;

/** Ends each call after `callMs`, all attempts included: connections and credentials have no other limit as a whole. */
function limited(client: S3Client, callMs: number): S3Client {
  const send = client.send.bind(client) as (command: unknown, options?: CallOptions) => Promise<unknown>;
  const sendInTime = (command: unknown, { abortSignal, ...options }: CallOptions = {}) => {
    const deadline = AbortSignal.timeout(callMs);
    const signal = abortSignal ? AbortSignal.any([abortSignal, deadline]) : deadline;
    // The SDK itself obeys the signal only after it has loaded credentials.
    return settleWithin(send(command, { ...options, abortSignal: signal }), { signal });
  };
  client.send = sendInTime as typeof client.send;
  return client;
}

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** The client options that make a call abortable. */
export const abortable = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});
