import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { objectChanged, statusOf, toStorageError } from './errors.ts';
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
      if (statusOf(error) === 404) return undefined;
      throw toStorageError(error);
    }
  },

  async open(Key, { signal, ifMatch, range } = {}) {
    const get = { Bucket, Key, IfMatch: ifMatch, Range: range && `bytes=${range.start}-${range.end}` };
    try {
      const answer = await client.send(new GetObjectCommand(get), abortable(signal));
      const facts = factsOf(answer);
      return { facts, body: objectBody(answer.Body as Readable, facts.sizeBytes, signal) };
    } catch (error) {
      if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined;
      if (statusOf(error) === 412) throw objectChanged(error);
      throw toStorageError(error);
    }
  },
});

function factsOf(answer: {
  ETag?: string | undefined;
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  CacheControl?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}): ObjectFacts {
  return {
    etag: answer.ETag ?? '',
    sizeBytes: answer.ContentLength ?? 0,
    contentType: answer.ContentType,
    cacheControl: answer.CacheControl,
    metadata: answer.Metadata ?? {},
  };
}
