import { ListObjectsV2Command, PutObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const Bucket = bucket;

async function withKeys(keys: readonly string[]): Promise<TestServer> {
  const server = await startTestServer();
  for (let i = 0; i < keys.length; i += 20) {
    await Promise.all(
      keys.slice(i, i + 20).map((Key) => server.s3.send(new PutObjectCommand({ Bucket, Key, Body: '.' }))),
    );
  }
  return server;
}

test('lists every key once and in order across pages', async () => {
  const keys = Array.from({ length: 25 }, (_, index) => `k/${String(index).padStart(4, '0')}`);
  const { s3 } = await withKeys(keys);
  const pages: number[] = [];
  const listed: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 10 }, { Bucket, Prefix: 'k/' })) {
    pages.push(page.KeyCount ?? 0);
    listed.push(...(page.Contents ?? []).map((item) => item.Key ?? ''));
  }
  expect(pages).toEqual([10, 10, 5]);
  expect(listed).toEqual(keys);
});

test('lists at most 1000 keys per page, even if more are requested', async () => {
  const { s3 } = await startTestServer();
  expect((await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5000 }))).MaxKeys).toBe(1000);
});

const tree = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/1', 'é', '🐈', '\uffee'];

test('groups by delimiter, and sorts keys by bytes', async () => {
  const { s3 } = await withKeys(tree);
  const list = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
  expect(list.Contents?.map((item) => item.Key)).toEqual(['a', 'd', 'é', '\uffee', '🐈']);
  expect(list.CommonPrefixes?.map((item) => item.Prefix)).toEqual(['b/', 'e/']);
  const inner = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'b/' }));
  expect(inner.Contents?.map((item) => item.Key)).toEqual(['b/1', 'b/2']);
  expect(inner.CommonPrefixes?.map((item) => item.Prefix)).toEqual(['b/c/']);
});

test('pages through groups without repeating any', async () => {
  const { s3 } = await withKeys(tree);
  const seen: (string | undefined)[] = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket, Delimiter: '/' })) {
    seen.push(page.Contents?.[0]?.Key ?? page.CommonPrefixes?.[0]?.Prefix);
  }
  expect(seen).toEqual(['a', 'b/', 'd', 'e/', 'é', '\uffee', '🐈']);
});

test('starts after a key, and marks the last page', async () => {
  const { s3 } = await withKeys(tree);
  const list = await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'd', MaxKeys: 4 }));
  expect(list.Contents?.map((item) => item.Key)).toEqual(['e/1', 'é', '\uffee', '🐈']);
  expect(list).toMatchObject({ IsTruncated: false, KeyCount: 4 });
  expect(await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))).toMatchObject({
    KeyCount: 0,
    IsTruncated: false,
  });
});
