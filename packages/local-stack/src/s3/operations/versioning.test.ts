import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const at = { Bucket: bucket, Key: 'cat.jpg' };

function setVersioning({ s3 }: TestServer, Status: 'Enabled' | 'Suspended') {
  return s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }));
}

async function put({ s3 }: TestServer, Body: string): Promise<string | undefined> {
  return (await s3.send(new PutObjectCommand({ ...at, Body }))).VersionId;
}

async function read({ s3 }: TestServer, VersionId?: string): Promise<string | undefined> {
  const object = await s3.send(new GetObjectCommand({ ...at, ...(VersionId && { VersionId }) }));
  return object.Body?.transformToString();
}

test('keeps every version, and hides them all behind a delete marker', async () => {
  const server = await startTestServer();
  await setVersioning(server, 'Enabled');
  expect((await server.s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe('Enabled');
  const [first, second] = [await put(server, '1'), await put(server, '2')];
  const marker = await server.s3.send(new DeleteObjectCommand(at));
  expect(marker.DeleteMarker).toBe(true);
  await expect(read(server)).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
  await expect(read(server, marker.VersionId)).rejects.toThrow(expect.objectContaining({ name: 'MethodNotAllowed' }));
  expect([await read(server, first), await read(server, second)]).toEqual(['1', '2']);
  expect((await server.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
  const list = await server.s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  expect(list.Versions?.map((version) => version.VersionId)).toEqual([second, first]);
  expect(list.DeleteMarkers).toMatchObject([{ VersionId: marker.VersionId, IsLatest: true }]);
});

test('shows the version before when the latest is removed for good', async () => {
  const server = await startTestServer();
  await setVersioning(server, 'Enabled');
  await put(server, '1');
  const second = await put(server, '2');
  await server.s3.send(new DeleteObjectCommand({ ...at, VersionId: second }));
  expect(await read(server)).toBe('1');
  expect((await server.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(1);
  await expect(read(server, second)).rejects.toThrow(expect.objectContaining({ name: 'NoSuchVersion' }));
});

test('replaces the one version without an id while versioning is suspended', async () => {
  const server = await startTestServer();
  await put(server, 'before');
  await setVersioning(server, 'Enabled');
  const kept = await put(server, 'kept');
  await setVersioning(server, 'Suspended');
  await put(server, 'after');
  expect([await read(server), await read(server, kept), await read(server, 'null')]).toEqual([
    'after',
    'kept',
    'after',
  ]);
});

test('pages through versions', async () => {
  const server = await startTestServer();
  await setVersioning(server, 'Enabled');
  const put5 = [];
  for (let i = 0; i < 5; i++) put5.push(await put(server, `${i}`));
  const first = await server.s3.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 3 }));
  const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
  const second = await server.s3.send(new ListObjectVersionsCommand({ Bucket: bucket, KeyMarker, VersionIdMarker }));
  const listed = [...(first.Versions ?? []), ...(second.Versions ?? [])].map((version) => version.VersionId);
  expect(listed).toEqual(put5.toReversed());
});
