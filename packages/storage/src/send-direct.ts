import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { escapeUriPath, HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { toStorageError } from './errors.ts';
import { objectBody } from './object-body.ts';
import { objectPath } from './object-path.ts';
import { CREDENTIALS_MS_MAX } from './s3-client.ts';
import { settleWithin } from './settle-within.ts';

interface DirectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly key: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends the first attempt of a request with the SDK's signer, connections and time limits, but not through the client's middleware stack,
 * which takes two thirds of the CPU of a small call (docs/adr/0036-direct-reads.md).
 *
 * @returns undefined if the attempt failed, or has another status than `expected`: then the SDK's client has to send the request, with
 *   its retries and its errors
 * @throws StorageError if the signal is aborted, or the client's maximum is one attempt
 */
export type SendDirect = (request: DirectRequest, expected: readonly number[]) => Promise<HttpResponse | undefined>;

/** SHA-256 of no bytes, as S3 expects it of a request without a body. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export function createSendDirect(client: S3Client, bucket: string): SendDirect {
  const { config } = client;
  const signer = new SignatureV4({
    ...{ service: 's3', region: config.region, credentials: config.credentials, sha256: config.sha256 },
    // S3 signs the path as it is sent.
    ...{ uriEscapePath: false, applyChecksum: false },
  });

  async function send({ method, key, headers = {}, body, signal }: DirectRequest): Promise<HttpResponse> {
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
        // The storage rejects a body with another digest.
        'x-amz-content-sha256': body ? hash('sha256', body) : EMPTY_SHA256,
        ...(body && { 'content-length': String(body.byteLength) }),
      },
      body,
    });
    // The offset to the server's clock that the client has found.
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const signing = signer.sign(unsigned, { signingDate });
    const request = HttpRequest.clone(await settleWithin(signing, { msMax: CREDENTIALS_MS_MAX, signal }));
    const { response } = await config.requestHandler.handle(request, signal && { abortSignal: signal });
    return response;
  }

  return async (request, expected) => {
    try {
      const response = await send(request);
      if (expected.includes(response.statusCode)) return response;
      bodyOf(response).destroy();
      return undefined;
    } catch (error) {
      if (request.signal?.aborted || (await config.maxAttempts()) === 1) throw toStorageError(error);
      return undefined;
    }
  };
}

/** S3's errors have less than a kilobyte. A proxy may answer with a page of any length. */
const ERROR_BYTES_MAX = 64 * 1024;

/** S3's error code in the body of a response, such as `NoSuchKey`. @throws StorageError if the connection breaks, or the body takes too long */
export async function errorCodeOf(response: HttpResponse, signal?: AbortSignal): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of objectBody(bodyOf(response), ERROR_BYTES_MAX, signal)) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > ERROR_BYTES_MAX) break;
  }
  return /<Code>(\w+)<\/Code>/.exec(Buffer.concat(chunks).toString())?.[1];
}

/**
 * Reads the rest of a response, for its connection to be used again. A body that is too long or too slow ends the connection.
 *
 * @param bodyMsMax at most; S3 sends no body with success
 */
export function discardBody(response: HttpResponse, bodyMsMax = DISCARD_MS_MAX): void {
  const body = bodyOf(response);
  let bytes = 0;
  const end = () => body.destroy();
  const timer = setTimeout(end, bodyMsMax).unref();
  body.on('error', () => {}).once('close', () => clearTimeout(timer));
  body.on('data', ({ byteLength }: Uint8Array) => {
    bytes += byteLength;
    if (bytes > ERROR_BYTES_MAX) end();
  });
}

const DISCARD_MS_MAX = 5_000;

export const bodyOf = (response: HttpResponse) => response.body as Readable;
