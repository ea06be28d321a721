import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { bucket, outcomeOf, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

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

test('returns with an object all that was said of it', async () => {
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

test('refuses ranges beyond the end and ignores those it does not understand', async () => {
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

test('overrides response headers for signed requests only', async () => {
  const { s3, endpoint } = await withCat();
  const ResponseContentDisposition = 'attachment; filename="cat.jpg"';
  const url = await getSignedUrl(s3, new GetObjectCommand({ ...at, ResponseContentDisposition }));
  expect((await fetch(url)).headers.get('content-disposition')).toBe(ResponseContentDisposition);
  const anonymous = `${endpoint}/${bucket}/cat.jpg?response-content-type=text/html`;
  expect(await outcomeOf(fetch(anonymous))).toBe('403 AccessDenied');
});

test('says NoSuchKey for GET, and without a body for HEAD', async () => {
  const { s3 } = await startTestServer();
  await expect(s3.send(new GetObjectCommand(at))).rejects.toThrow(failsAs('NoSuchKey'));
  await expect(s3.send(new HeadObjectCommand(at))).rejects.toThrow(failsAs('NotFound'));
});

test('copies an object with its description, or with another', async () => {
  const { s3 } = await withCat();
  const source = { Bucket: bucket, CopySource: `${bucket}/cat.jpg` };
  await s3.send(new CopyObjectCommand({ ...source, Key: 'same' }));
  await s3.send(
    new CopyObjectCommand({ ...source, Key: 'other', MetadataDirective: 'REPLACE', CacheControl: 'no-store' }),
  );
  const same = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'same' }));
  expect(same).toMatchObject({ ...described, ETag: `"${etag}"` });
  expect(await same.Body?.transformToString()).toBe('0123456789');
  const other = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'other' }));
  expect(other).toMatchObject({ CacheControl: 'no-store', Metadata: {} });
});

test('copies onto itself only to change the description, and only if conditions on the source hold', async () => {
  const { s3 } = await withCat();
  const copy = (options: object) =>
    s3.send(new CopyObjectCommand({ ...at, CopySource: `${bucket}/cat.jpg`, ...options }));
  await expect(copy({})).rejects.toThrow(failsAs('InvalidRequest'));
  await expect(copy({ Key: 'b', CopySourceIfMatch: '"other"' })).rejects.toThrow(failsAs('PreconditionFailed'));
  await copy({ MetadataDirective: 'REPLACE', Metadata: { owner: 'you' } });
  expect((await s3.send(new HeadObjectCommand(at))).Metadata).toEqual({ owner: 'you' });
});

test('deletes an object, and finds nothing wrong with deleting it again', async () => {
  const { s3 } = await withCat();
  for (let i = 0; i < 2; i++) {
    expect((await s3.send(new DeleteObjectCommand(at))).$metadata.httpStatusCode).toBe(204);
  }
  await expect(s3.send(new HeadObjectCommand(at))).rejects.toThrow(failsAs('NotFound'));
});

test('keeps tags and tells attributes', async () => {
  const { s3 } = await withCat();
  const TagSet = [{ Key: 'kind', Value: 'a & b' }];
  await s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
  expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual(TagSet);
  const ObjectAttributes = ['ETag', 'ObjectSize', 'Checksum'] as const;
  const attributes = await s3.send(new GetObjectAttributesCommand({ ...at, ObjectAttributes: [...ObjectAttributes] }));
  expect(attributes).toMatchObject({ ETag: etag, ObjectSize: 10, Checksum: { ChecksumCRC32: expect.any(String) } });
});

test('refuses what it would otherwise silently ignore', async () => {
  const { s3, endpoint } = await withCat();
  await expect(s3.send(new PutObjectCommand({ ...at, ACL: 'public-read' }))).rejects.toThrow(
    failsAs('AccessControlListNotSupported'),
  );
  expect(await outcomeOf(fetch(`${endpoint}/${bucket}/cat.jpg?acl`, { method: 'PUT', body: 'x' }))).toBe(
    '501 NotImplemented',
  );
  expect((await s3.send(new HeadObjectCommand(at))).ContentLength).toBe(10);
});
