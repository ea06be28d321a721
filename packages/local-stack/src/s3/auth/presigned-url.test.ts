import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import {
  bucket,
  createClient,
  outcomeOf,
  startTestServer,
  type TestServer,
} from '../test-support/start-test-server.ts';

type PresignOptions = Parameters<typeof getSignedUrl>[2];

function presignPut({ plain }: TestServer, input: Partial<PutObjectCommandInput> = {}, options: PresignOptions = {}) {
  const command = new PutObjectCommand({ Bucket: bucket, Key: 'cat.jpg', ...input });
  return getSignedUrl(plain, command, { expiresIn: 60, ...options });
}

function put(url: string, body = 'bytes', headers: Record<string, string> = {}) {
  return outcomeOf(fetch(url, { method: 'PUT', body, headers }));
}

async function storedSize({ s3 }: TestServer): Promise<number | undefined> {
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'cat.jpg' })).catch(() => undefined);
  return head?.ContentLength;
}

test('stores a PUT to a presigned URL', async () => {
  const server = await startTestServer();
  expect(await put(await presignPut(server))).toBe('200');
  expect(await storedSize(server)).toBe(5);
});

test('stores a body under a URL that the SDK presigned with the checksum of an empty body', async () => {
  const server = await startTestServer();
  const url = await getSignedUrl(server.s3, new PutObjectCommand({ Bucket: bucket, Key: 'cat.jpg' }));
  expect(url).toContain('x-amz-checksum-crc32=AAAAAA');
  expect(await put(url)).toBe('200');
});

test.each([
  [
    'the signature',
    (url: string) => url.replace(/(X-Amz-Signature=)(.)/, (_, name, c) => name + (c === '0' ? '1' : '0')),
  ],
  ['the key', (url: string) => url.replace('cat.jpg', 'dog.jpg')],
  ['the expiry', (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')],
  ['a parameter', (url: string) => `${url}&x-amz-meta-evil=1`],
])('rejects a presigned URL if %s was changed', async (_what, change) => {
  const server = await startTestServer();
  expect(await put(change(await presignPut(server)))).toBe('403 SignatureDoesNotMatch');
  expect(await storedSize(server)).toBeUndefined();
});

test('rejects a presigned URL used with another method', async () => {
  const server = await startTestServer();
  const url = await presignPut(server);
  expect(await outcomeOf(fetch(url, { method: 'DELETE' }))).toBe('403 SignatureDoesNotMatch');
  expect(await outcomeOf(fetch(url))).toBe('403 SignatureDoesNotMatch');
});

test('accepts a presigned URL until its last second, and rejects it afterwards', async () => {
  let now = new Date();
  const server = await startTestServer({ now: () => now });
  now = new Date('2030-01-01T00:00:00Z');
  const url = await presignPut(server, {}, { signingDate: now });
  now = new Date('2030-01-01T00:01:00Z');
  expect(await put(url)).toBe('200');
  now = new Date('2030-01-01T00:01:01Z');
  expect(await put(url)).toBe('403 AccessDenied');
});

test('rejects a presigned URL signed in the future', async () => {
  const server = await startTestServer();
  const url = await presignPut(server, {}, { signingDate: new Date(Date.now() + 16 * 60_000) });
  expect(await put(url)).toBe('403 AccessDenied');
});

test.each(['0', '604801', '-5', '1e3', ''])('rejects X-Amz-Expires=%s', async (expires) => {
  const server = await startTestServer();
  const url = (await presignPut(server)).replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`);
  expect(await put(url)).toBe('400 AuthorizationQueryParametersError');
});

test('rejects a presigned URL that does not sign the host', async () => {
  const server = await startTestServer();
  const url = (await presignPut(server)).replace('X-Amz-SignedHeaders=host', 'X-Amz-SignedHeaders=accept');
  expect(await put(url)).toBe('400 AuthorizationQueryParametersError');
});

test('rejects another region, another key pair and another secret', async () => {
  const server = await startTestServer();
  const other = { accessKeyId: 'other', secretAccessKey: 'test-secret' };
  const wrong = { accessKeyId: 'test-key', secretAccessKey: 'wrong' };
  const command = new GetObjectCommand({ Bucket: bucket, Key: 'cat.jpg' });
  const outcome = async (config: Parameters<typeof createClient>[1]) =>
    outcomeOf(fetch(await getSignedUrl(createClient(server.endpoint, config), command)));
  expect(await outcome({ region: 'eu-west-1' })).toBe('400 AuthorizationQueryParametersError');
  expect(await outcome({ credentials: other })).toBe('403 InvalidAccessKeyId');
  expect(await outcome({ credentials: wrong })).toBe('403 SignatureDoesNotMatch');
});

test('enforces a signed content type', async () => {
  const server = await startTestServer();
  const signed = { signableHeaders: new Set(['content-type', 'host']) };
  const url = await presignPut(server, { ContentType: 'image/png' }, signed);
  expect(await put(url, 'bytes', { 'content-type': 'text/html' })).toBe('403 SignatureDoesNotMatch');
  expect(await put(url, 'bytes', { 'content-type': 'image/png' })).toBe('200');
});

test('enforces a signed content length', async () => {
  const server = await startTestServer();
  const signed = { signableHeaders: new Set(['content-length', 'host']) };
  const url = await presignPut(server, { ContentLength: 5 }, signed);
  expect(await put(url, 'more bytes')).toBe('403 SignatureDoesNotMatch');
  expect(await put(url, 'byte')).toBe('403 SignatureDoesNotMatch');
  expect(await put(url, 'bytes')).toBe('200');
});

test('rejects x-amz-* headers that were not signed', async () => {
  const server = await startTestServer();
  expect(await put(await presignPut(server), 'bytes', { 'x-amz-meta-evil': '1' })).toBe('403 AccessDenied');
});

test('enforces a signed checksum in a header or in the URL', async () => {
  const server = await startTestServer();
  const sum = 'J3s5YUJ1mD/7+yI7Pbb2/8p1CQsVvDyzo5j2bBpBnjM='; // of something else
  const inHeader = { unhoistableHeaders: new Set(['x-amz-checksum-sha256']) };
  const headerUrl = await presignPut(server, { ChecksumSHA256: sum }, inHeader);
  expect(await put(headerUrl, 'bytes', { 'x-amz-checksum-sha256': sum })).toBe('400 BadDigest');
  expect(await put(await presignPut(server, { ChecksumSHA256: sum }))).toBe('400 BadDigest');
  expect(await storedSize(server)).toBeUndefined();
});

test('stores metadata that presigning moved into the URL', async () => {
  const server = await startTestServer();
  expect(await put(await presignPut(server, { Metadata: { owner: 'me' } }))).toBe('200');
  const head = await server.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'cat.jpg' }));
  expect(head.Metadata).toEqual({ owner: 'me' });
});

test('rejects metadata that cannot be returned in a header', async () => {
  const server = await startTestServer();
  const url = await presignPut(server, { Metadata: { owner: 'line\nbreak' } });
  expect(await put(url)).toBe('400 InvalidArgument');
});
