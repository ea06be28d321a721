import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { errorName, objectChanged, statusOf, toStorageError } from './errors.ts';
import { meaningOf, objectFacts } from './object-answer.ts';
import { objectBody } from './object-body.ts';
import type { ObjectFacts, ObjectStorage } from './object-storage.ts';
import { abortable } from './s3-client.ts';

export type Reads = Pick<ObjectStorage, 'head' | 'open'>;

/** Reads with the SDK's retries. @throws StorageError */
export const createSdkReads = (client: S3Client, Bucket: string): Reads => ({
  async head(Key, { signal } = {}) {
    try {
      return factsOf(await client.send(new HeadObjectCommand({ Bucket, Key }), abortable(signal)));
    } catch (error) {
      return undefinedIfAbsent(error);
    }
  },

  async open(Key, { signal, ifMatch, range } = {}) {
    const get = { Bucket, Key, IfMatch: ifMatch, Range: range && `bytes=${range.start}-${range.end}` };
    try {
      const answer = await client.send(new GetObjectCommand(get), abortable(signal));
      const facts = factsOf(answer);
      return { facts, body: objectBody(answer.Body as Readable, facts.sizeBytes, signal) };
    } catch (error) {
      return undefinedIfAbsent(error);
    }
  },
});

function undefinedIfAbsent(error: unknown): undefined {
  const meaning = meaningOf(statusOf(error), errorName(error));
  if (meaning === 'absent') return undefined;
  throw meaning === 'condition-failed' ? objectChanged(error) : toStorageError(error);
}

const factsOf = (answer: {
  ETag?: string | undefined;
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  CacheControl?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}): ObjectFacts =>
  objectFacts({
    etag: answer.ETag,
    sizeBytes: answer.ContentLength,
    contentType: answer.ContentType,
    cacheControl: answer.CacheControl,
    metadata: answer.Metadata,
  });
