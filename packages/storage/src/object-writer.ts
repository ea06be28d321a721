import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { errorName, statusOf, toStorageError } from './errors.ts';
import type { ObjectStorage, PutObject, PutOutcome } from './object-storage.ts';
import { resolveConflicts } from './resolve-conflicts.ts';
import { abortable } from './s3-client.ts';

interface ObjectWriterOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly head: ObjectStorage['head'];
}

/** Stores a whole object, optionally with a condition. @throws StorageError */
export type ObjectWriter = (object: PutObject, signal?: AbortSignal) => Promise<PutOutcome>;

export function createObjectWriter({ client, bucket, head }: ObjectWriterOptions): ObjectWriter {
  async function putOnce(object: PutObject, signal?: AbortSignal): Promise<PutOutcome> {
    try {
      const { ETag = '' } = await client.send(commandOf(bucket, object), abortable(signal));
      return { outcome: 'stored', etag: ETag };
    } catch (error) {
      if (conditionFailed(object, error)) return { outcome: 'precondition-failed' };
      throw error;
    }
  }

  /** Whether another write came first. If the condition still holds, nothing was stored. */
  async function lookForWinner(
    { key, ifMatch, ifAbsent }: PutObject,
    signal?: AbortSignal,
  ): Promise<PutOutcome | undefined> {
    if (ifMatch === undefined && !ifAbsent) return undefined;
    const found = await head(key, { signal });
    const holds = ifMatch === undefined ? !found : found && unquoted(found.etag) === unquoted(ifMatch);
    return holds ? undefined : { outcome: 'precondition-failed' };
  }

  return async (object, signal) => {
    const write = () => putOnce(object, signal);
    const lookUp = () => lookForWinner(object, signal);
    return resolveConflicts({ write, lookUp, signal }).catch((error: unknown) => {
      throw toStorageError(error);
    });
  };
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
    // Ceph's gateway accepts the ETag of a conditional PUT only without quotes; other servers accept both.
    IfMatch: ifMatch === undefined ? undefined : unquoted(ifMatch),
    IfNoneMatch: ifAbsent ? '*' : undefined,
  });

function conditionFailed({ ifMatch, ifAbsent }: PutObject, error: unknown): boolean {
  const status = statusOf(error);
  if (status === 412) return ifMatch !== undefined || ifAbsent === true;
  // The object to replace is gone.
  return status === 404 && ifMatch !== undefined && errorName(error) !== 'NoSuchBucket';
}

const unquoted = (etag: string) => etag.replaceAll('"', '');
