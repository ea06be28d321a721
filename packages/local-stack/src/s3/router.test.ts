import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer } from './test-support/start-test-server.ts';

const Bucket = bucket;
const at = { Bucket, Key: 'cat.jpg' };
const CopySource = `${bucket}/cat.jpg`;
const TagSet = [{ Key: 'kind', Value: 'cat' }];

/** S3 features that imagemill never uses: operations, and options of reads and writes. */
const unused: Record<string, (s3: S3Client) => Promise<unknown>> = {
  ListBuckets: (s3) => s3.send(new ListBucketsCommand({})),
  DeleteBucket: (s3) => s3.send(new DeleteBucketCommand({ Bucket })),
  GetBucketAcl: (s3) => s3.send(new GetBucketAclCommand({ Bucket })),
  GetBucketLifecycleConfiguration: (s3) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
  PutBucketVersioning: (s3) =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
  ListObjects: (s3) => s3.send(new ListObjectsCommand({ Bucket })),
  ListObjectVersions: (s3) => s3.send(new ListObjectVersionsCommand({ Bucket })),
  DeleteObjects: (s3) => s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: at.Key }] } })),
  CopyObject: (s3) => s3.send(new CopyObjectCommand({ Bucket, Key: 'copy.jpg', CopySource })),
  UploadPartCopy: async (s3) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
    return s3.send(new UploadPartCopyCommand({ ...at, UploadId, PartNumber: 1, CopySource }));
  },
  PutObjectAcl: (s3) => s3.send(new PutObjectAclCommand({ ...at, ACL: 'private' })),
  PutObjectTagging: (s3) => s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } })),
  GetObjectTagging: (s3) => s3.send(new GetObjectTaggingCommand(at)),
  DeleteObjectTagging: (s3) => s3.send(new DeleteObjectTaggingCommand(at)),
  GetObjectAttributes: (s3) => s3.send(new GetObjectAttributesCommand({ ...at, ObjectAttributes: ['ETag'] })),
  'PutObject with tags': (s3) => s3.send(new PutObjectCommand({ ...at, Body: 'x', Tagging: 'kind=cat' })),
  'PutObject with a public ACL': (s3) => s3.send(new PutObjectCommand({ ...at, Body: 'x', ACL: 'public-read' })),
  'CreateMultipartUpload with a lock': (s3) =>
    s3.send(new CreateMultipartUploadCommand({ ...at, ObjectLockLegalHoldStatus: 'ON' })),
  'GetObject of a version': (s3) => s3.send(new GetObjectCommand({ ...at, VersionId: 'null' })),
  'GetObject of a part': (s3) => s3.send(new GetObjectCommand({ ...at, PartNumber: 1 })),
  'GetObject with another content type': (s3) =>
    s3.send(new GetObjectCommand({ ...at, ResponseContentType: 'text/html' })),
};

test.each(Object.keys(unused))('answers 501 NotImplemented to %s, and changes nothing', async (name) => {
  const { s3 } = await startTestServer();
  await s3.send(new PutObjectCommand({ ...at, Body: 'meow' }));
  await expect(unused[name]?.(s3)).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('is not implemented by the embedded S3 server.'),
    $metadata: { httpStatusCode: 501 },
  });
  const object = await s3.send(new GetObjectCommand(at));
  expect(await object.Body?.transformToString()).toBe('meow');
});
