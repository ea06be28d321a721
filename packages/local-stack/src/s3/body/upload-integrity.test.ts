import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ChecksumAlgorithm, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawRequest } from '../test-support/raw-request.ts';
import { signRequest } from '../test-support/sign-request.ts';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const Key = 'cat.jpg';

async function stored({ s3 }: TestServer): Promise<string | undefined> {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key })).catch(() => undefined);
  return object?.Body?.transformToString();
}

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] satisfies ChecksumAlgorithm[])(
  'verifies a %s checksum, stores it and returns it on request',
  async (algorithm) => {
    const { s3 } = await startTestServer();
    // The SDK has no CRC64 implementation: the test only asks the server to compute it.
    if (algorithm === 'CRC64NVME') s3.middlewareStack.remove('flexibleChecksumsMiddleware');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'meow', ChecksumAlgorithm: algorithm }));
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(head[`Checksum${algorithm}`]).toBeTruthy();
    const quiet = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(quiet[`Checksum${algorithm}`]).toBeUndefined();
  },
);

test.each([
  ['CRC32', { ChecksumCRC32: 'AAAAAA==' }],
  ['CRC32C', { ChecksumCRC32C: 'AAAAAA==' }],
  ['SHA-256', { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }],
  ['Content-MD5', { ContentMD5: createHash('md5').update('other').digest('base64') }],
])('stores nothing if the %s does not match the body', async (_name, checksum) => {
  const server = await startTestServer();
  const put = server.plain.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'meow', ...checksum }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
  expect(await stored(server)).toBeUndefined();
});

test('decodes the aws-chunked stream of an SDK and verifies the checksum in its trailer', async () => {
  const server = await startTestServer();
  const body = Readable.from(['a'.repeat(100_000), 'b'.repeat(100_000)].map((text) => Buffer.from(text)));
  await server.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, ContentLength: 200_000 }));
  expect(await stored(server)).toBe('a'.repeat(100_000) + 'b'.repeat(100_000));
  const head = await server.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
  expect(head.ContentEncoding).toBeUndefined();
});

async function putChunked(server: TestServer, body: string, declared: Record<string, string>): Promise<string> {
  const url = `${server.endpoint}/${bucket}/${Key}`;
  const sent = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', ...declared };
  const headers = await signRequest({ method: 'PUT', url, headers: sent });
  const response = await rawRequest(url, {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(body.length) },
    body,
  });
  return /<Code>(\w+)/.exec(response.text)?.[1] ?? String(response.status);
}

test.each([
  ['a wrong trailer', '4\r\nmeow\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'BadDigest'],
  ['no trailer although one was announced', '4\r\nmeow\r\n0\r\n\r\n', 'InvalidRequest'],
  ['fewer bytes than announced', '3\r\nmeo\r\n0\r\n\r\n', 'IncompleteBody'],
  ['more bytes than announced', '5\r\nmeows\r\n0\r\n\r\n', 'IncompleteBody'],
  ['no last chunk', '4\r\nmeow\r\n', 'IncompleteBody'],
  ['a chunk longer than its size', '3\r\nmeow\r\n0\r\n\r\n', 'IncompleteBody'],
  ['a size that is not a number', 'four\r\nmeow\r\n0\r\n\r\n', 'IncompleteBody'],
])('stores nothing of an aws-chunked body with %s', async (_what, body, code) => {
  const server = await startTestServer();
  const declared = { 'x-amz-decoded-content-length': '4', 'x-amz-trailer': 'x-amz-checksum-crc32' };
  expect(await putChunked(server, body, declared)).toBe(code);
  expect(await stored(server)).toBeUndefined();
});

test('answers 501 to a body whose chunks are signed, and stores nothing', async () => {
  const server = await startTestServer();
  const url = `${server.endpoint}/${bucket}/${Key}`;
  const sent = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '4',
  };
  const headers = await signRequest({ method: 'PUT', url, headers: sent });
  const body = `4;chunk-signature=${'0'.repeat(64)}\r\nmeow\r\n0\r\n\r\n`;
  const response = await rawRequest(url, {
    method: 'PUT',
    headers: { ...headers, 'content-length': body.length },
    body,
  });
  expect(response.status).toBe(501);
  expect(await stored(server)).toBeUndefined();
});

test('stores nothing over the maximum size', async () => {
  const server = await startTestServer({ objectBytesMax: 10 });
  const put = (Body: string) => server.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await expect(put('x'.repeat(11))).rejects.toThrow(expect.objectContaining({ name: 'EntityTooLarge' }));
  await put('x'.repeat(10));
});
