import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import type { HttpResponse } from '@smithy/core/protocols';
import { objectChanged, toStorageError } from './errors.ts';
import { objectBody } from './object-body.ts';
import type { ObjectFacts } from './object-storage.ts';
import type { Reads } from './sdk-reads.ts';
import { createSendRead, type Read } from './send-read.ts';

/**
 * Reads whose first attempt does not go through the SDK. Every failure, and every status that is not expected here, goes to `sdk`, which
 * retries it and finds the error (docs/adr/0036-direct-reads.md): with it, a read has an attempt more than the client's maximum. A client with one attempt has no other.
 *
 * @throws StorageError
 */
export function createDirectReads(client: S3Client, bucket: string, sdk: Reads): Reads {
  const send = createSendRead(client, bucket);

  /** Undefined if the SDK has to read. */
  async function read(request: Read, expected: readonly number[]): Promise<HttpResponse | undefined> {
    try {
      const response = await send(request);
      if (expected.includes(response.statusCode)) return response;
      bodyOf(response).destroy();
      return undefined;
    } catch (error) {
      if (request.signal?.aborted || (await client.config.maxAttempts()) === 1) throw toStorageError(error);
      return undefined;
    }
  }

  return {
    async head(key, options = {}) {
      const response = await read({ method: 'HEAD', key, signal: options.signal }, [200, 404]);
      if (!response) return sdk.head(key, options);
      bodyOf(response).resume();
      return response.statusCode === 404 ? undefined : factsOf(response);
    },

    async open(key, options = {}) {
      const { signal, ifMatch, range } = options;
      const headers = {
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(range && { range: `bytes=${range.start}-${range.end}` }),
      };
      const response = await read({ method: 'GET', key, headers, signal }, [200, 206, 404, 412]);
      if (!response) return sdk.open(key, options);
      if (response.statusCode < 400) {
        const facts = factsOf(response);
        return { facts, body: objectBody(bodyOf(response), facts.sizeBytes, signal) };
      }
      const message = await text(bodyOf(response)).catch((error: unknown) => {
        throw toStorageError(error);
      });
      if (response.statusCode === 412) throw objectChanged(new Error(message));
      return message.includes('NoSuchBucket') ? sdk.open(key, options) : undefined;
    },
  };
}

const bodyOf = (response: HttpResponse) => response.body as Readable;

const METADATA = 'x-amz-meta-';

function factsOf({ headers }: HttpResponse): ObjectFacts {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(METADATA) ? [[name.slice(METADATA.length), value]] : [],
  );
  return {
    etag: headers.etag ?? '',
    sizeBytes: Number(headers['content-length'] ?? 0),
    contentType: headers['content-type'],
    cacheControl: headers['cache-control'],
    metadata: Object.fromEntries(metadata),
  };
}
