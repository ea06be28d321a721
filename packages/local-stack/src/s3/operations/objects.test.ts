import { createHash } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const at = { Bucket: bucket, Key: 'cat.jpg' };
const etag = createHash('md5').update('0123456789').digest('hex');
const described = {
  ContentType: 'image/jpeg',
  CacheControl: 'public, max-age=31536000, immutable',
  ContentDisposition: 'inline',
  ContentEncoding: 'gzip',
  ContentLanguage: 'de',
  Metadata: { owner: 'me' },
};

async function withCat(): Promise<TestServer> {
  const server = await startTestServer();
  await server.s3.send(new PutObjectCommand({ ...at, Body: '0123456789', ...described }));
  return server;
}

function failsAs(name: string) {
  return expect.objectContaining({ name });
}

test('returns the stored headers and metadata', async () => {
  const { s3 } = await withCat();
  const head = await s3.send(new HeadObjectCommand(at));
  expect(head).toMatchObject({ ...described, ContentLength: 10, ETag: `"${etag}"`, LastModified: expect.any(Date) });
});

test.each([
  ['bytes=2-5', '2345', 'bytes 2-5/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
])('answers the range %s', async (Range, body, contentRange) => {
  const { s3 } = await withCat();
  const part = await s3.send(new GetObjectCommand({ ...at, Range }));
  expect(part.$metadata.httpStatusCode).toBe(206);
  expect(part.ContentRange).toBe(contentRange);
  expect(await part.Body?.transformToString()).toBe(body);
});

test('rejects ranges beyond the end and ignores malformed ones', async () => {
  const { s3 } = await withCat();
  const get = (Range: string) => s3.send(new GetObjectCommand({ ...at, Range }));
  await expect(get('bytes=10-')).rejects.toThrow(failsAs('InvalidRange'));
  await expect(get('bytes=-0')).rejects.toThrow(failsAs('InvalidRange'));
  for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-']) {
    expect((await get(range)).$metadata.httpStatusCode).toBe(200);
  }
});

test('answers conditional reads', async () => {
  const { s3 } = await withCat();
  const status = async (conditions: object) => {
    const error = await s3.send(new GetObjectCommand({ ...at, ...conditions })).catch((caught) => caught);
    return error.$metadata.httpStatusCode;
  };
  const [past, future] = [new Date(0), new Date(Date.now() + 60_000)];
  expect(await status({ IfNoneMatch: `"${etag}"` })).toBe(304);
  expect(await status({ IfNoneMatch: '"other"', IfModifiedSince: future })).toBe(200);
  expect(await status({ IfModifiedSince: future })).toBe(304);
  expect(await status({ IfModifiedSince: past })).toBe(200);
  expect(await status({ IfMatch: '"other"' })).toBe(412);
  expect(await status({ IfMatch: `"${etag}"`, IfUnmodifiedSince: past })).toBe(200);
  expect(await status({ IfUnmodifiedSince: past })).toBe(412);
});

test('answers NoSuchKey to GET, and 404 without a body to HEAD', async () => {
  const { s3 } = await startTestServer();
  await expect(s3.send(new GetObjectCommand(at))).rejects.toThrow(failsAs('NoSuchKey'));
  await expect(s3.send(new HeadObjectCommand(at))).rejects.toThrow(failsAs('NotFound'));
});

test('deletes an object, and answers 204 to a second deletion', async () => {
  const { s3 } = await withCat();
  for (let i = 0; i < 2; i++) {
    expect((await s3.send(new DeleteObjectCommand(at))).$metadata.httpStatusCode).toBe(204);
  }
  await expect(s3.send(new HeadObjectCommand(at))).rejects.toThrow(failsAs('NotFound'));
});
