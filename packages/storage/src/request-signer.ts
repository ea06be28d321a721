import type { S3Client } from '@aws-sdk/client-s3';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { buildQueryString, escapeUriPath, HttpRequest } from '@smithy/core/protocols';
import { toStorageError } from './errors.ts';
import { objectPath } from './object-path.ts';
import { CREDENTIALS_MS_MAX } from './s3-client.ts';
import { settleWithin } from './settle-within.ts';

interface RequestToSign {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** Names in lower case. All of them are signed, and so is the length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body. */
  readonly contentLength?: number;
  readonly query?: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
}

/** Returns a URL that is valid for exactly this request. @throws StorageError if credentials cannot be loaded */
export type RequestSigner = (request: RequestToSign, signingDate: Date) => Promise<string>;

/**
 * Signs the URLs of requests. Builds the request here and uses only the SDK's signer: the SDK's `getSignedUrl` runs the client's whole
 * middleware stack for each URL, which costs about three times the CPU.
 */
export function createRequestSigner(client: S3Client, bucket: string): RequestSigner {
  const presigner = new S3RequestPresigner(client.config);

  return async ({ method, key, headers, contentLength, query = {}, expiresInSeconds }, signingDate) => {
    const sent = { ...headers, ...(contentLength !== undefined && { 'content-length': String(contentLength) }) };
    // By default the signer signs only `host`, and moves every `x-amz-` header into the URL.
    const signed = new Set(['host', ...Object.keys(sent)]);
    try {
      const endpoint = await client.config.endpoint?.();
      const unsigned = new HttpRequest({
        ...endpoint,
        method,
        path: objectPath(endpoint, bucket, escapeUriPath(key)),
        query: { ...query },
        headers: sent,
      });
      const signing = presigner.presign(unsigned, {
        expiresIn: expiresInSeconds,
        signableHeaders: signed,
        unhoistableHeaders: signed,
        signingDate,
      });
      return urlOf(await settleWithin(signing, { msMax: CREDENTIALS_MS_MAX }));
    } catch (error) {
      throw toStorageError(error);
    }
  };
}

type SignedRequest = Awaited<ReturnType<S3RequestPresigner['presign']>>;

function urlOf({ protocol, hostname, port, path, query = {} }: SignedRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}?${buildQueryString(query)}`;
}
