import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect, test } from 'vitest';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const at = { Bucket: bucket, Key: 'tiff' };
const partBytes = 5 * 1024 * 1024;

function md5(data: string | Buffer): Buffer {
  return createHash('md5').update(data).digest();
}

async function start({ plain }: TestServer) {
  const { UploadId } = await plain.send(new CreateMultipartUploadCommand(at));
  const upload = async (PartNumber: number, Body: string | Buffer) => {
    const { ETag } = await plain.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const complete = (Parts: { PartNumber: number; ETag: string | undefined }[], conditions = {}) =>
    plain.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts }, ...conditions }));
  return { UploadId, upload, complete };
}

test('puts an object together from the parts of a managed upload', async () => {
  const { s3 } = await startTestServer();
  const body = Buffer.alloc(partBytes + 1000, 'abc');
  const params = { ...at, Body: body, ContentType: 'image/tiff', Metadata: { owner: 'me' } };
  await new Upload({ client: s3, params, partSize: partBytes }).done();
  const object = await s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
  const parts = [md5(body.subarray(0, partBytes)), md5(body.subarray(partBytes))];
  expect(object.ETag).toBe(`"${md5(Buffer.concat(parts)).toString('hex')}-2"`);
  expect(object).toMatchObject({ ContentType: 'image/tiff', Metadata: { owner: 'me' }, ChecksumType: 'COMPOSITE' });
  expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(body);
});

test('takes the last upload of a part, and lists what is there by pages', async () => {
  const server = await startTestServer();
  const { UploadId, upload, complete } = await start(server);
  await upload(2, 'first');
  const part = await upload(2, 'second');
  await upload(7, 'unused');
  const listed = await server.s3.send(new ListPartsCommand({ ...at, UploadId, MaxParts: 1 }));
  expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', Parts: [{ PartNumber: 2, Size: 6 }] });
  await complete([part]);
  expect((await server.s3.send(new HeadObjectCommand(at))).ContentLength).toBe(6);
});

test('refuses parts that are too small, unknown, changed or out of order', async () => {
  const server = await startTestServer();
  const { upload, complete } = await start(server);
  const [one, two] = [await upload(1, 'tiny'), await upload(2, 'tiny too')];
  await expect(complete([one, two])).rejects.toThrow(expect.objectContaining({ name: 'EntityTooSmall' }));
  await expect(complete([two, one])).rejects.toThrow(expect.objectContaining({ name: 'InvalidPartOrder' }));
  await expect(complete([{ ...one, PartNumber: 3 }])).rejects.toThrow(expect.objectContaining({ name: 'InvalidPart' }));
  await expect(complete([{ ...one, ETag: '"other"' }])).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidPart' }),
  );
  await expect(server.s3.send(new HeadObjectCommand(at))).rejects.toThrow(
    expect.objectContaining({ name: 'NotFound' }),
  );
});

test('obeys If-None-Match at completion, and leaves the upload to be completed otherwise', async () => {
  const server = await startTestServer();
  const { upload, complete } = await start(server);
  const part = await upload(1, 'tiny');
  await server.s3.send(new PutObjectCommand({ ...at, Body: 'there first' }));
  const guarded = complete([part], { IfNoneMatch: '*' });
  await expect(guarded).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  await complete([part]);
  expect((await server.s3.send(new HeadObjectCommand(at))).ContentLength).toBe(4);
});

test('completes an upload once, however often it is asked at a time', async () => {
  const server = await startTestServer();
  const { upload, complete } = await start(server);
  const part = await upload(1, 'tiny');
  const results = await Promise.allSettled([complete([part]), complete([part]), complete([part])]);
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});

test('forgets an aborted upload', async () => {
  const server = await startTestServer();
  const { UploadId, upload } = await start(server);
  await upload(1, 'tiny');
  const uploads = async () => (await server.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
  expect(await uploads()).toMatchObject([{ Key: 'tiff', UploadId }]);
  await server.s3.send(new AbortMultipartUploadCommand({ ...at, UploadId }));
  expect(await uploads()).toEqual([]);
  await expect(upload(2, 'late')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchUpload' }));
});

test('copies a range of an object into a part', async () => {
  const server = await startTestServer();
  await server.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'source', Body: '0123456789' }));
  const { UploadId, complete } = await start(server);
  const range = { CopySource: `${bucket}/source`, CopySourceRange: 'bytes=2-5' };
  const copied = await server.s3.send(new UploadPartCopyCommand({ ...at, UploadId, PartNumber: 1, ...range }));
  await complete([{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
  const object = await server.plain.send(new GetObjectCommand(at));
  expect(await object.Body?.transformToString()).toBe('2345');
});
