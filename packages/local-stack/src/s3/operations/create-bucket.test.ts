import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer } from '../test-support/start-test-server.ts';

test('creates and finds a bucket', async () => {
  const { s3 } = await startTestServer();
  await s3.send(new CreateBucketCommand({ Bucket: 'another' }));
  expect((await s3.send(new HeadBucketCommand({ Bucket: 'another' }))).BucketRegion).toBe('us-east-1');
});

test('rejects calls to a bucket that does not exist', async () => {
  const { s3 } = await startTestServer();
  const head = s3.send(new HeadBucketCommand({ Bucket: 'another' }));
  await expect(head).rejects.toThrow(expect.objectContaining({ name: 'NotFound' }));
  const put = s3.send(new PutObjectCommand({ Bucket: 'another', Key: 'cat.jpg', Body: 'meow' }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'NoSuchBucket' }));
});

test('rejects names that are taken or not allowed', async () => {
  const { s3 } = await startTestServer();
  const create = (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket }));
  await expect(create(bucket)).rejects.toThrow(expect.objectContaining({ name: 'BucketAlreadyOwnedByYou' }));
  for (const name of ['ab', 'Upper', 'under_score', 'dots..dots', '-dash']) {
    await expect(create(name)).rejects.toThrow(expect.objectContaining({ name: 'InvalidBucketName' }));
  }
});
