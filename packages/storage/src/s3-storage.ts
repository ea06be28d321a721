import { addAbortSignal, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { objectChanged, statusOf, storageUnavailable, toStorageError } from './errors.ts';
import { listObjects } from './list-objects.ts';
import type { ObjectFacts, ObjectStorage, PresignUpload } from './object-storage.ts';
import { createObjectWriter } from './object-writer.ts';
import { presignPost } from './presign-post.ts';
import { createUploadPresigner } from './presign-upload.ts';
import { createPutSigner } from './put-signer.ts';
import { abortable } from './s3-client.ts';
import { createS3Multipart } from './s3-multipart.ts';

export interface S3StorageOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Signs URLs for uploaders, if their endpoint differs from this process's endpoint. */
  readonly signingClient?: S3Client;
  /** Whether presigned uploads may overwrite an object; not every server can prevent that. */
  readonly allowOverwrite?: boolean;
  /** The clock for signing upload URLs. */
  readonly now?: () => Date;
}

/** The S3 adapter of ObjectStorage. */
export function createS3Storage(options: S3StorageOptions): ObjectStorage {
  const { client, bucket: Bucket, signingClient = client, allowOverwrite = false } = options;
  const sign = createPutSigner(signingClient, Bucket);
  const presignUpload = createUploadPresigner({ sign, allowOverwrite });
  const now = options.now ?? (() => new Date());
  const signingTime = ({ signedAt }: PresignUpload) => signedAt ?? now();

  async function head(Key: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    try {
      return factsOf(await client.send(new HeadObjectCommand({ Bucket, Key }), abortable(signal)));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw toStorageError(error);
    }
  }

  const put = createObjectWriter({ client, bucket: Bucket, head });

  return {
    bucket: Bucket,

    presignUpload: (upload) => presignUpload(upload, signingTime(upload)),
    presignPost: (upload) => presignPost(signingClient, Bucket, upload, signingTime(upload)),
    multipart: createS3Multipart({ client, bucket: Bucket, sign, now }),

    head: (key, { signal } = {}) => head(key, signal),

    async open(Key, { signal, ifMatch, range } = {}) {
      try {
        const answer = await client.send(
          new GetObjectCommand({
            Bucket,
            Key,
            IfMatch: ifMatch,
            Range: range && `bytes=${range.start}-${range.end}`,
          }),
          abortable(signal),
        );
        const facts = factsOf(answer);
        return { facts, body: bytesOf(answer.Body as Readable, facts.sizeBytes, signal) };
      } catch (error) {
        if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined;
        if (statusOf(error) === 412) throw objectChanged(error);
        throw toStorageError(error);
      }
    },

    put: (object, { signal } = {}) => put(object, signal),

    async delete(Key, { signal } = {}) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), abortable(signal)).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw toStorageError(error);
      });
    },

    list: (list) => listObjects(client, Bucket, list),

    async probe({ signal } = {}) {
      await client.send(new HeadBucketCommand({ Bucket }), abortable(signal)).catch((error: unknown) => {
        throw statusOf(error) === 404 ? storageUnavailable(error) : toStorageError(error);
      });
    },
  };
}

/** Slower bodies count as hanging: the client's own limit is only for the time between two chunks. */
const BYTES_PER_SECOND_MIN = 64 * 1024;
const BODY_MS_MIN = 20_000;

/** A connection that breaks during the body is also a StorageError, and so is a body that takes too long. */
async function* bytesOf(body: Readable, sizeBytes: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const inTime = AbortSignal.timeout(BODY_MS_MIN + Math.ceil((sizeBytes / BYTES_PER_SECOND_MIN) * 1000));
  addAbortSignal(signal ? AbortSignal.any([signal, inTime]) : inTime, body);
  try {
    yield* body;
  } catch (error) {
    throw toStorageError(error);
  }
}

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
