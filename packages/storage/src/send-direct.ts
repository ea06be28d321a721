import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { escapeUri, escapeUriPath } from '@smithy/core/protocols';
import { toStorageError } from './errors.ts';
import { endInTime } from './object-body.ts';
import { objectPath } from './object-path.ts';
import { CREDENTIALS_MS_MAX, type DirectS3Client } from './s3-client.ts';
import { settleWithin } from './settle-within.ts';
import { createSignRequest, type SignRequest } from './sign-request.ts';

interface DirectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Empty for the bucket itself. */
  readonly key: string;
  /** Sorted by name. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the body, in hex digits, if it is known. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends the first attempt of a request with the credentials, connections and time limits of the client, but not through its middleware stack,
 * signer and HTTP handler, which take most of the CPU of a small call (docs/adr/0036-direct-reads.md).
 *
 * @returns undefined if the attempt failed, or has another status than `expected`: then the SDK's client has to send the request, with
 *   its retries and its errors
 * @throws StorageError if the signal is aborted, or the client's maximum is one attempt
 */
export type SendDirect = (request: DirectRequest, expected: readonly number[]) => Promise<DirectResponse | undefined>;

export interface DirectResponse {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: IncomingMessage;
}

const EMPTY_SHA256 = hash('sha256', '');

export function createSendDirect(client: DirectS3Client, bucket: string): SendDirect {
  const { config, sender } = client;
  let signer: Promise<SignRequest> | undefined;

  async function send(request: DirectRequest): Promise<DirectResponse> {
    const { method, key, query = [], headers = {}, body, sha256, signal } = request;
    const endpoint = await config.endpoint?.();
    if (!endpoint) throw new Error('The S3 client has no endpoint.');
    const { hostname, port } = endpoint;
    const path = objectPath(endpoint, bucket, escapeUriPath(key)).replace(/\/$/, '');
    const queryText = query.map(([name, value]) => `${name}=${escapeUri(value)}`).join('&');
    signer ??= config.region().then(createSignRequest);
    const [sign, credentials] = await settleWithin(Promise.all([signer, config.credentials()]), {
      msMax: CREDENTIALS_MS_MAX,
      signal,
    });
    const unsigned = {
      method,
      path,
      query: queryText,
      bodySha256: body ? (sha256 ?? hash('sha256', body)) : EMPTY_SHA256,
      headers: {
        ...headers,
        host: port === undefined ? hostname : `${hostname}:${port}`,
        ...(body && { 'content-length': String(body.byteLength) }),
      },
    };
    // The offset to the server's clock that the client has found.
    const signed = sign(unsigned, credentials, new Date(Date.now() + config.systemClockOffset));
    const target = queryText === '' ? path : `${path}?${queryText}`;
    const response = await sender.send({ endpoint, method, path: target, headers: signed, body, signal });
    const { statusCode = 0 } = response;
    return { statusCode, headers: response.headers as Record<string, string>, body: response };
  }

  return async (request, expected) => {
    try {
      const response = await send(request);
      if (expected.includes(response.statusCode)) return response;
      response.body.on('error', () => {}).destroy();
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
export async function errorCodeOf(response: DirectResponse, signal?: AbortSignal): Promise<string | undefined> {
  return /<Code>(\w+)<\/Code>/.exec(await textOf(response, ERROR_BYTES_MAX, signal))?.[1];
}

/** The body of a response, or the beginning of one that is longer. @throws StorageError as `errorCodeOf` does */
export async function textOf({ body }: DirectResponse, bytesMax: number, signal?: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const finish = () => resolve(Buffer.concat(chunks).toString());
  endInTime(body, bytesMax, signal);
  // Not by its iterator, which takes a seventh of the CPU of a small call.
  body.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes <= bytesMax) return;
    finish();
    body.destroy();
  });
  body.once('end', finish);
  body.on('error', (error) => reject(toStorageError(error)));
  // Does nothing after the end.
  body.once('close', () => reject(toStorageError(new Error('The body of a response ended too soon.'))));
  return promise;
}

/**
 * Reads the rest of a response, for its connection to be used again. A body that is too long or too slow ends the connection.
 *
 * @param bodyMsMax at most; S3 sends no body with success
 */
export function discardBody(response: DirectResponse, bodyMsMax = DISCARD_MS_MAX): void {
  const { body } = response;
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
