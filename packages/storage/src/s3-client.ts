import { S3Client } from '@aws-sdk/client-s3';

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

/** An S3 client with settings that work with every S3-compatible server, not only with Amazon's. */
export function createS3Client(settings: S3Settings): S3Client {
  const requestTimeout = settings.requestTimeoutMs ?? 10_000;
  const { accessKeyId, secretAccessKey } = settings;
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  return new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    ...(hasKeys && { credentials: { accessKeyId, secretAccessKey } }),
    forcePathStyle: true,
    maxAttempts: settings.maxAttempts ?? 3,
    // The default, CRC32 on every request, is signed into presigned URLs and breaks uploads on many servers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 128 },
      httpsAgent: { keepAlive: true, maxSockets: 128 },
    },
  });
}

/** The client options that make a call abortable. */
export const abortable = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});
