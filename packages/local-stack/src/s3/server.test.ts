import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { createS3Server } from './server.ts';
import { bucket, credentials, startTestServer, temporaryDir } from './test-support/start-test-server.ts';

const at = { Bucket: bucket, Key: 'cat.jpg' };

test('keeps everything across a restart, and removes leftovers of a crash', async () => {
  const first = await startTestServer();
  await first.s3.send(new PutObjectCommand({ ...at, Body: 'meow', Metadata: { owner: 'me' } }));
  const { UploadId } = await first.s3.send(new CreateMultipartUploadCommand(at));
  await first.s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }));
  await first.close();
  await writeFile(join(first.dataDir, 'incoming', 'torn'), 'half');
  const orphans = join(first.dataDir, 'blobs', 'or');
  await mkdir(orphans);
  await writeFile(join(orphans, 'orphan'), 'no row names it');

  const second = await startTestServer({ dataDir: first.dataDir });
  const object = await second.s3.send(new GetObjectCommand(at));
  expect(object.Metadata).toEqual({ owner: 'me' });
  expect(await object.Body?.transformToString()).toBe('meow');
  expect((await second.s3.send(new ListPartsCommand({ ...at, UploadId }))).Parts).toHaveLength(1);
  expect(await readdir(join(first.dataDir, 'incoming'))).toEqual([]);
  expect(await readdir(orphans)).toEqual([]);
});

test('creates its buckets at the start, and keeps existing ones with what is in them', async () => {
  const first = await startTestServer({ buckets: [bucket, 'more-pictures'], dataDir: await temporaryDir() });
  await first.s3.send(new PutObjectCommand({ ...at, Body: 'meow' }));
  await first.close();
  const second = await startTestServer({ buckets: [bucket, 'more-pictures'], dataDir: first.dataDir });
  expect((await second.s3.send(new GetObjectCommand(at))).ContentLength).toBe(4);
  await second.s3.send(new HeadBucketCommand({ Bucket: 'more-pictures' }));
});

test('reports a port that is in use', async () => {
  const { port } = await startTestServer();
  const second = createS3Server({ port, credentials, dataDir: await temporaryDir() });
  await expect(second).rejects.toThrow(`port ${port}.\n  The port is already in use.`);
});

test('rejects a data directory with the tables of another version, and removes nothing from it', async () => {
  const dataDir = await temporaryDir();
  const older = new DatabaseSync(join(dataDir, 'index.sqlite'));
  older.exec('CREATE TABLE versions (blob TEXT)');
  older.close();
  await mkdir(join(dataDir, 'blobs', 'or'), { recursive: true });
  await writeFile(join(dataDir, 'blobs', 'or', 'older'), 'meow');
  await expect(createS3Server({ port: 0, credentials, dataDir })).rejects.toThrow('another version');
  expect(await readdir(join(dataDir, 'blobs', 'or'))).toEqual(['older']);
});

test('reports a data directory that another server uses', async () => {
  const { dataDir } = await startTestServer();
  await expect(createS3Server({ port: 0, credentials, dataDir })).rejects.toThrow(dataDir);
});

function startMain(env: Record<string, string>) {
  const child = fork(new URL('./main.ts', import.meta.url), {
    env: { PATH: process.env.PATH, ...env },
    silent: true,
    execArgv: [],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function goodEnv(): Promise<Record<string, string>> {
  const S3_DATA_DIR = await temporaryDir();
  return { S3_PORT: '0', S3_DATA_DIR, S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' };
}

test('lists every invalid variable at once and exits with 1', async () => {
  const child = startMain({ S3_PORT: 'x', S3_DATA_DIR: '/tmp', S3_EVENTS_WEBHOOK_URL: 'ftp://x' });
  const [stderr, [code]] = await Promise.all([child.stderr ? text(child.stderr) : '', once(child, 'exit')]);
  expect(code).toBe(1);
  for (const name of ['S3_PORT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'S3_EVENTS_WEBHOOK_URL']) {
    expect(stderr).toContain(name);
  }
  expect(stderr).not.toContain('S3_DATA_DIR');
});

test('signals readiness to its parent, prints one line, and ends on SIGTERM', async () => {
  const child = startMain(await goodEnv());
  const stdout = child.stdout ? text(child.stdout) : '';
  await once(child, 'message');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await stdout).toMatch(/^S3 server listens on http:\/\/127\.0\.0\.1:\d+.*\n$/);
});

test('ends when its parent disconnects', async () => {
  const child = startMain(await goodEnv());
  await once(child, 'message');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
