import type { S3Client } from '@aws-sdk/client-s3';
import { escapeUriPath, HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { objectPath } from './object-path.ts';

export interface Read {
  readonly method: 'GET' | 'HEAD';
  readonly key: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a read once. The response may have any status; its body has not been read.
 *
 * @throws what the client's request handler throws: it has time limits of its own
 */
export type SendRead = (read: Read) => Promise<HttpResponse>;

/** SHA-256 of no bytes, as S3 expects it of a request without a body. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Sends reads with the SDK's signer and connections, but not through the client's middleware stack, which takes two thirds of the CPU of
 * a small call.
 */
export function createSendRead(client: S3Client, bucket: string): SendRead {
  const { config } = client;
  const signer = new SignatureV4({
    ...{ service: 's3', region: config.region, credentials: config.credentials, sha256: config.sha256 },
    // S3 signs the path as it is sent.
    ...{ uriEscapePath: false, applyChecksum: false },
  });

  return async ({ method, key, headers = {}, signal }) => {
    const endpoint = await config.endpoint?.();
    if (!endpoint) throw new Error('The S3 client has no endpoint.');
    const { hostname, port } = endpoint;
    const unsigned = new HttpRequest({
      ...endpoint,
      method,
      path: objectPath(endpoint, bucket, escapeUriPath(key)),
      headers: {
        ...headers,
        host: port === undefined ? hostname : `${hostname}:${port}`,
        'x-amz-content-sha256': EMPTY_SHA256,
      },
    });
    // The offset to the server's clock that the client has found.
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const request = HttpRequest.clone(await signer.sign(unsigned, { signingDate }));
    const { response } = await config.requestHandler.handle(request, signal && { abortSignal: signal });
    return response;
  };
}
