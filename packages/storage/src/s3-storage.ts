import { setTimeout as pause } from 'node:timers/promises';
import { DeleteObjectCommand, HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CallOptions } from './call-options.ts';
import { detectConflicts } from './detect-conflicts.ts';
import { listDirectly } from './direct-listing.ts';
import { createDirectReads } from './direct-reads.ts';
import { statusOf, storageUnavailable, toStorageError } from './errors.ts';
import { listObjects } from './list-objects.ts';
import type { ObjectStorage, PresignUpload } from './object-storage.ts';
import { createObjectWriter } from './object-writer.ts';
import { createDownloadPresigner } from './presign-download.ts';
import { presignPost } from './presign-post.ts';
import { createUploadPresigner } from './presign-upload.ts';
import { createRequestSigner } from './request-signer.ts';
import { abortable, type DirectS3Client } from './s3-client.ts';
import { createS3Multipart } from './s3-multipart.ts';
import { createSdkReads } from './sdk-reads.ts';
import { createSendDirect } from './send-direct.ts';

export interface S3StorageOptions {
  readonly client: DirectS3Client;
  readonly bucket: string;
  /** Signs URLs for uploaders, if their endpoint differs from this process's endpoint. */
  readonly signingClient?: S3Client;
  /** Whether presigned uploads may overwrite an object; not every server can prevent that. */
  readonly allowOverwrite?: boolean;
  /**
   * For a server without conditional writes: conflicts are then detected, by a second look this long after a write, and not prevented.
   * If it is not set, the server checks the conditions.
   */
  readonly detectConflictsAfterMs?: number | undefined;
  /** The clock for signing upload URLs. */
  readonly now?: () => Date;
}

/** The S3 adapter of ObjectStorage. */
export function createS3Storage(options: S3StorageOptions): ObjectStorage {
  const { client, bucket: Bucket, signingClient = client, allowOverwrite = false } = options;
  const sign = createRequestSigner(signingClient, Bucket);
  const presignUpload = createUploadPresigner({ sign, allowOverwrite });
  const presignDownload = createDownloadPresigner(sign);
  const now = options.now ?? (() => new Date());
  const signingTime = ({ signedAt }: PresignUpload) => signedAt ?? now();

  const send = createSendDirect(client, Bucket);
  const { head, open } = createDirectReads(send, createSdkReads(client, Bucket));
  async function probe({ signal }: CallOptions = {}): Promise<void> {
    await client.send(new HeadBucketCommand({ Bucket }), abortable(signal)).catch((error: unknown) => {
      throw statusOf(error) === 404 ? storageUnavailable(error) : toStorageError(error);
    });
  }
  const write = createObjectWriter({ client, bucket: Bucket, send, head });
  const settleMs = options.detectConflictsAfterMs;
  const settle = (signal?: AbortSignal) => pause(settleMs, undefined, signal && { signal });
  const put = settleMs === undefined ? write : detectConflicts(write, { head, probe, settle });

  return {
    bucket: Bucket,

    presignDownload: (download) => presignDownload(download, now()),
    presignUpload: (upload) => presignUpload(upload, signingTime(upload)),
    presignPost: (upload) => presignPost(signingClient, Bucket, upload, signingTime(upload)),
    multipart: createS3Multipart({ client, bucket: Bucket, sign, now }),

    head,
    open,
    put: (object, { signal } = {}) => put(object, signal),

    async delete(Key, { signal } = {}) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), abortable(signal)).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw toStorageError(error);
      });
    },

    list: async (list) => (await listDirectly(send, list)) ?? listObjects(client, Bucket, list),

    probe,
  };
}
