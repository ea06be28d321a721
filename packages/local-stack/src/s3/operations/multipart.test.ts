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

test('assembles an object from the parts of a managed upload', async () => {
  const { s3 } = await startTestServer();
  const body = Buffer.alloc(partBytes + 1000, 'abc');
  const params = { ...at, Body: body, ContentType: 'image/tiff', Metadata: { owner: 'me' } };
  await new Upload({ client: s3, params, partSize: partBytes }).done();
  const object = await s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
  const parts = [md5(body.subarray(0, partBytes)), md5(body.subarray(partBytes))];
  expect(object.ETag).toBe(`"${md5(Buffer.concat(parts)).toString('hex')}-2"`);
  expect(object).toMatchObject({ ContentType: 'image/tiff', Metadata: { owner: 'me' }, ChecksumType: 'COMPOSITE' });
  // Not `toEqual`, which compares megabytes one by one.
  expect(body.equals((await object.Body?.transformToByteArray()) ?? Buffer.of())).toBe(true);
});

test('keeps the last upload of a part, and lists parts in pages', async () => {
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

test('rejects parts that are too small, unknown, changed or out of order', async () => {
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

test('applies If-None-Match at completion, and keeps the upload if it fails', async () => {
  const server = await startTestServer();
  const { upload, complete } = await start(server);
  const part = await upload(1, 'tiny');
  await server.s3.send(new PutObjectCommand({ ...at, Body: 'there first' }));
  const guarded = complete([part], { IfNoneMatch: '*' });
  await expect(guarded).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  await complete([part]);
  expect((await server.s3.send(new HeadObjectCommand(at))).ContentLength).toBe(4);
});

test('completes an upload once if several requests complete it at the same time', async () => {
  const server = await startTestServer();
  const { upload, complete } = await start(server);
  const part = await upload(1, 'tiny');
  const results = await Promise.allSettled([complete([part]), complete([part]), complete([part])]);
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});

test('deletes an aborted upload', async () => {
  const server = await startTestServer();
  const { UploadId, upload } = await start(server);
  await upload(1, 'tiny');
  const uploads = async () => (await server.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
  expect(await uploads()).toMatchObject([{ Key: 'tiff', UploadId }]);
  await server.s3.send(new AbortMultipartUploadCommand({ ...at, UploadId }));
  expect(await uploads()).toEqual([]);
  await expect(upload(2, 'late')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchUpload' }));
});
