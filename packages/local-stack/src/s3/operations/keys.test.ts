import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawRequest } from '../test-support/raw-request.ts';
import { signRequest } from '../test-support/sign-request.ts';
import { bucket, startTestServer } from '../test-support/start-test-server.ts';

test.each([
  '../../x',
  '..',
  '.',
  '/',
  '//leading/and/trailing/',
  'a/../../../../etc/passwd',
  '..\\..\\x',
  'C:\\x',
  'nul\u0000byte',
  'tab\tand\rreturn\nnewline',
  'space + é & # % ? " < > \' * !',
  '%2e%2e%2f',
  '日本語/🐈.jpg',
  'x'.repeat(1024),
  `${'é'.repeat(512)}`,
  '__proto__',
])('stores, lists and deletes the key %j like any other', async (Key) => {
  const { s3, dataDir } = await startTestServer();
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  expect(await object.Body?.transformToString()).toBe(Key);
  const list = await s3.send(new ListObjectsV2Command({ Bucket: bucket, EncodingType: 'url' }));
  expect(list.Contents?.map((item) => decodeURIComponent(item.Key?.replaceAll('+', ' ') ?? ''))).toEqual([Key]);
  const files = await readdir(join(dataDir, 'blobs'), { recursive: true });
  expect(files.every((file) => /^[0-9a-f]{2}(\/[0-9a-f-]{36})?$/.test(file))).toBe(true);
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  expect((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
});

test('lists keys with markup and control characters in plain XML', async () => {
  const { s3 } = await startTestServer();
  const Key = ' <a>&amp; \r\n';
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '.' }));
  expect((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents?.[0]?.Key).toBe(Key);
});

test('rejects keys over 1024 bytes and paths that are not UTF-8', async () => {
  const { s3, endpoint } = await startTestServer();
  const put = s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'x'.repeat(1025), Body: '.' }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'KeyTooLongError' }));
  const url = `${endpoint}/${bucket}/%ff`;
  const headers = await signRequest({ method: 'GET', url });
  expect((await rawRequest(url, { headers })).text).toContain('InvalidURI');
});
