import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { toStorageError } from './errors.ts';
import type { ListedObject, ListObjects, ObjectPage } from './object-storage.ts';
import { abortable } from './s3-client.ts';

/** One page of a bucket's keys, in byte order. @throws StorageError */
export async function listObjects(client: S3Client, Bucket: string, list: ListObjects): Promise<ObjectPage> {
  try {
    const answer = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: list.prefix,
        StartAfter: list.startAfter,
        MaxKeys: list.limit ?? 1000,
      }),
      abortable(list.signal),
    );
    const objects = (answer.Contents ?? []).map(
      ({ Key = '', LastModified, Size = 0 }): ListedObject => ({
        key: Key,
        sizeBytes: Size,
        modifiedAt: LastModified ?? new Date(0),
      }),
    );
    return { objects, nextAfter: answer.IsTruncated ? objects.at(-1)?.key : undefined };
  } catch (error) {
    throw toStorageError(error);
  }
}
