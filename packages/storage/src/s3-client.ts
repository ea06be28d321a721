import { S3Client } from '@aws-sdk/client-s3';

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  /** With its secret; else the AWS SDK finds credentials by itself, and renews them. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** How often one call is tried in all, the first time included. */
  readonly maxAttempts?: number;
  /** Bound on one try, from the request's start to its response's headers, and on any silence after them. */
  readonly requestTimeoutMs?: number;
}

/** An S3 client with the settings that work on every server that speaks S3, not on Amazon's alone. */
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

/** The options of one call on a client that may be given up. */
export const abortable = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});
