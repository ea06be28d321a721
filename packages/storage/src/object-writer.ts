import { PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { conditionHolds, isConditional } from './condition.ts';
import { errorName, statusOf, toStorageError } from './errors.ts';
import { meaningOf } from './object-answer.ts';
import { putHeaders, unquoted } from './object-headers.ts';
import type { ObjectStorage, PutObject, PutOutcome } from './object-storage.ts';
import { resolveConflicts } from './resolve-conflicts.ts';
import { abortable } from './s3-client.ts';
import { discardBody, errorCodeOf, type SendDirect } from './send-direct.ts';

interface ObjectWriterOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly send: SendDirect;
  readonly head: ObjectStorage['head'];
}

/** Stores a whole object, optionally with a condition. @throws StorageError */
export type ObjectWriter = (object: PutObject, signal?: AbortSignal) => Promise<PutOutcome>;

/** Larger bodies cost more than the SDK's middleware, and it asks the server before it sends them. */
const DIRECT_BYTES_MAX = 1024 * 1024;
const CONFLICT = 409;

export function createObjectWriter({ client, bucket, send, head }: ObjectWriterOptions): ObjectWriter {
  async function putOnce(object: PutObject, signal?: AbortSignal): Promise<PutOutcome> {
    try {
      const direct = object.body.byteLength <= DIRECT_BYTES_MAX ? await putDirectly(send, object, signal) : undefined;
      const etag = direct ?? (await client.send(commandOf(bucket, object), abortable(signal))).ETag ?? '';
      return { outcome: 'stored', etag };
    } catch (error) {
      if (conditionFailed(object, error)) return { outcome: 'precondition-failed' };
      throw error;
    }
  }

  /** Whether another write came first. If the condition still holds, nothing was stored. */
  async function lookForWinner(object: PutObject, signal?: AbortSignal): Promise<PutOutcome | undefined> {
    if (!isConditional(object)) return undefined;
    const found = await head(object.key, { signal });
    return conditionHolds(object, found) ? undefined : { outcome: 'precondition-failed' };
  }

  return async (object, signal) => {
    const write = () => putOnce(object, signal);
    const lookUp = () => lookForWinner(object, signal);
    return resolveConflicts({ write, lookUp, signal }).catch((error: unknown) => {
      throw toStorageError(error);
    });
  };
}

/**
 * @returns the ETag; undefined if the SDK has to write
 * @throws S3ServiceException for a conflict and for an answer about the condition; StorageError
 */
async function putDirectly(send: SendDirect, object: PutObject, signal?: AbortSignal): Promise<string | undefined> {
  const { key, body, sha256 } = object;
  const request = { method: 'PUT', key, headers: putHeaders(object), body, sha256, signal } as const;
  const response = await send(request, [200, 404, CONFLICT, 412]);
  if (!response) return undefined;
  if (response.statusCode === 200) {
    discardBody(response);
    return response.headers.etag ?? '';
  }
  const name = (await errorCodeOf(response, signal)) ?? '';
  throw new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: response.statusCode } });
}

const commandOf = (Bucket: string, { body, metadata, ifMatch, ifAbsent, ...object }: PutObject) =>
  new PutObjectCommand({
    Bucket,
    Key: object.key,
    Body: body,
    ContentLength: body.byteLength,
    ContentType: object.contentType,
    CacheControl: object.cacheControl,
    Metadata: metadata && { ...metadata },
    IfMatch: ifMatch === undefined ? undefined : unquoted(ifMatch),
    IfNoneMatch: ifAbsent ? '*' : undefined,
  });

function conditionFailed(object: PutObject, error: unknown): boolean {
  const meaning = meaningOf(statusOf(error), errorName(error));
  if (meaning === 'condition-failed') return isConditional(object);
  // The object to replace is gone.
  return meaning === 'absent' && object.ifMatch !== undefined;
}
