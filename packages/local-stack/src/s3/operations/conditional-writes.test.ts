import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer } from '../test-support/start-test-server.ts';

const at = { Bucket: bucket, Key: 'cat.jpg' };

test('lets exactly one of 20 concurrent If-None-Match: * writes win', async () => {
  const { s3 } = await startTestServer();
  const bodies = Array.from({ length: 20 }, (_, index) => `body ${index}`);
  const puts = bodies.map((Body) => s3.send(new PutObjectCommand({ ...at, Body, IfNoneMatch: '*' })));
  const results = await Promise.allSettled(puts);
  const winner = results.findIndex((result) => result.status === 'fulfilled');
  const refused = results.filter(
    (result) => result.status === 'rejected' && result.reason.name === 'PreconditionFailed',
  );
  expect(refused).toHaveLength(19);
  const object = await s3.send(new GetObjectCommand(at));
  expect(await object.Body?.transformToString()).toBe(bodies[winner]);
});

test('lets exactly one of 10 concurrent If-Match writes of the same version win', async () => {
  const { s3 } = await startTestServer();
  const { ETag } = await s3.send(new PutObjectCommand({ ...at, Body: 'first' }));
  const puts = Array.from({ length: 10 }, (_, index) =>
    s3.send(new PutObjectCommand({ ...at, Body: `${index}`, IfMatch: ETag })),
  );
  const results = await Promise.allSettled(puts);
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});

test('keeps the object that a failed condition protects', async () => {
  const { s3 } = await startTestServer();
  const { ETag } = await s3.send(new PutObjectCommand({ ...at, Body: 'first' }));
  const put = (conditions: object) => s3.send(new PutObjectCommand({ ...at, Body: 'second', ...conditions }));
  await expect(put({ IfNoneMatch: '*' })).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  await expect(put({ IfMatch: '"other"' })).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  expect((await s3.send(new HeadObjectCommand(at))).ETag).toBe(ETag);
});

test('answers NoSuchKey if If-Match finds no object', async () => {
  const { s3 } = await startTestServer();
  const put = s3.send(new PutObjectCommand({ ...at, Body: 'a', IfMatch: '"any"' }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
});
