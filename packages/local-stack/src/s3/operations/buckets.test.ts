import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer } from '../test-support/start-test-server.ts';

test('creates, finds and lists buckets', async () => {
  const { s3 } = await startTestServer();
  await s3.send(new CreateBucketCommand({ Bucket: 'another' }));
  await s3.send(new HeadBucketCommand({ Bucket: 'another' }));
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((item) => item.Name)).toEqual(['another', bucket]);
  expect((await s3.send(new GetBucketLocationCommand({ Bucket: bucket }))).LocationConstraint).toBeFalsy();
});

test('refuses names that are taken or not allowed', async () => {
  const { s3 } = await startTestServer();
  const create = (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket }));
  await expect(create(bucket)).rejects.toThrow(expect.objectContaining({ name: 'BucketAlreadyOwnedByYou' }));
  for (const name of ['ab', 'Upper', 'under_score', 'dots..dots', '-dash']) {
    await expect(create(name)).rejects.toThrow(expect.objectContaining({ name: 'InvalidBucketName' }));
  }
});

test('deletes a bucket only when it holds no object; unfinished uploads go with it', async () => {
  const { s3 } = await startTestServer();
  const at = { Bucket: bucket, Key: 'cat.jpg' };
  await s3.send(new PutObjectCommand({ ...at, Body: 'meow' }));
  await s3.send(new CreateMultipartUploadCommand(at));
  const remove = () => s3.send(new DeleteBucketCommand({ Bucket: bucket }));
  await expect(remove()).rejects.toThrow(expect.objectContaining({ name: 'BucketNotEmpty' }));
  await s3.send(new DeleteObjectCommand(at));
  await remove();
  const put = s3.send(new PutObjectCommand({ ...at, Body: 'meow' }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'NoSuchBucket' }));
});
