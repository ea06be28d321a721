import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultProxy, startFaultProxy } from '@imagemill/local-stack/test-support';
import { createDeletions, createManifests, ticketMetadata } from '@imagemill/manifests';
import { imageFromKey, renderOrder } from '@imagemill/records';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { ImageId, originalKey, prefixes, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { buildBundle } from '../../deploy/aws/lambda/build-bundle.ts';
import { longPhoto } from '../test-support/photos.ts';
import { runProgram } from '../test-support/run-program.ts';
import { backendVariables, type Environment, functionVariables, startEnvironment } from './environment.ts';
import { s3Event, sqsEvent } from './events.ts';
import { startQueues } from './queues.ts';

const { s3 } = inject('servers');
const originalsBucket = `originals-${randomUUID()}`;
const cdnBucket = `cdn-${randomUUID()}`;
const client = createS3Client({ ...s3, maxAttempts: 1, requestTimeoutMs: 60_000 });
const originals = createS3Storage({ client, bucket: originalsBucket });
const cdn = createS3Storage({ client, bucket: cdnBucket });
const manifests = createManifests(originals);
const MINUTES_MS = 180_000;

let folder: string;
let modules: readonly string[];
let proxy: FaultProxy;
let queues: Awaited<ReturnType<typeof startQueues>>;
let lambda: Environment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagemill-lambda-'));
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const { inputs } = await buildBundle({ out: folder, arch });
  modules = Object.keys(inputs);
  for (const bucket of [originalsBucket, cdnBucket])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  proxy = await startFaultProxy(s3.endpoint);
  queues = await startQueues();
  lambda = await startEnvironment(folder, {
    ...functionVariables({ s3: { ...s3, endpoint: proxy.endpoint }, originalsBucket, cdnBucket, queues }),
    LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await lambda?.close();
  await queues?.stop();
  await proxy?.stop();
  client.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** Stores an original as an upload does. */
async function upload(bytes: Uint8Array, facts: Parameters<typeof ticketMetadata>[0] = {}) {
  const imageId = ImageId.parse(uuidv7());
  const address = { tenant: Tenant.parse('acme'), category: 'avatar', imageId, contentType: 'image/jpeg' } as const;
  const key = originalKey(address);
  const object = { key, body: bytes, contentType: 'image/jpeg', cacheControl: 'private' };
  await originals.put({ ...object, metadata: ticketMetadata(facts) });
  return { imageId, address, key, body: JSON.stringify(s3Event(originalsBucket, key)) };
}

const invoke = (event: unknown, remainingMs = MINUTES_MS) => lambda.invoke({ handler: 'handler', event, remainingMs });
const failed = (...messageIds: string[]) => ({
  batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })),
});
const renditionsOf = async (imageId: ImageId) => {
  const { objects } = await cdn.list({ prefix: prefixes.renditions });
  return objects.filter(({ key }) => key.includes(imageId)).map(({ key }) => key);
};

test('the bundle has nothing of Redis, and of esbuild', () => {
  expect(modules.length).toBeGreaterThan(100);
  expect(modules.filter((path) => /\/(ioredis|bullmq|esbuild|redis-[a-z]+)\//.test(path))).toEqual([]);
});

test('in one invocation, an image is published, a corrupt one is rejected, and only the one whose storage fails is received again', async () => {
  const photo = await longPhoto();
  const checksumSha256 = createHash('sha256').update(photo).digest('base64');
  const own = { focus: { x: 0.5, y: 0.25 }, enhance: 'sharpen' } as const;
  const facts = { filename: 'mein Foto.jpg', metadata: { sku: '赤-1' }, ...own, checksumSha256 };
  const good = await upload(photo, facts);
  const corrupt = await upload(photo.subarray(0, 20_000));
  const unlucky = await upload(photo);
  queues.server.reset();
  queues.server.sendMessage('render', unlucky.body);
  const [taken] = await queues.receive(1800);
  proxy.misbehave(({ method, url = '' }) => (method === 'PUT' && url.includes(unlucky.imageId) ? 'error' : undefined));
  const messages = [
    { messageId: 'good', body: good.body },
    { messageId: 'unlucky', body: unlucky.body, receiptHandle: taken?.ReceiptHandle ?? '' },
    { messageId: 'corrupt', body: corrupt.body },
    { messageId: 'other', body: JSON.stringify(s3Event('elsewhere', good.key)) },
  ];
  expect(await invoke(sqsEvent(...messages))).toEqual(failed('unlucky'));
  proxy.misbehave(undefined);

  const ready = (await manifests.read(good.imageId))?.manifest;
  expect(ready).toMatchObject({
    status: 'ready',
    attempts: 1,
    filename: facts.filename,
    metadata: facts.metadata,
    ...own,
  });
  const keys = ready?.status === 'ready' ? ready.renditions.map(({ key }) => key) : [];
  expect(keys.length).toBeGreaterThan(10);
  expect((await renditionsOf(good.imageId)).toSorted()).toEqual(keys.toSorted());
  expect((await manifests.read(corrupt.imageId))?.manifest).toMatchObject({ status: 'rejected' });
  expect(await manifests.read(unlucky.imageId)).toBeUndefined();
  // The message is received again after half a minute, not after the visibility timeout of the queue.
  const [hidden] = queues.server.inspectQueue('render')?.messages.inflight ?? [];
  expect(hidden?.message.messageId).toBe(taken?.MessageId);
  expect((hidden?.visibilityDeadline ?? 0) - Date.now()).toBeLessThan(31_000);

  // A checksum that does not match is found although no job has it.
  const other = await upload(photo, { checksumSha256: createHash('sha256').update('other').digest('base64') });
  const again = { messageId: 'unlucky', body: unlucky.body, receives: 2 };
  expect(await invoke(sqsEvent(again, { body: other.body }))).toEqual(failed());
  expect((await manifests.read(unlucky.imageId))?.manifest).toMatchObject({ status: 'ready', attempts: 2 });
  expect((await manifests.read(other.imageId))?.manifest).toMatchObject({ error: { code: 'checksum-mismatch' } });

  // A repeated event changes nothing.
  const before = await manifests.read(good.imageId);
  expect(await invoke(sqsEvent({ body: good.body }))).toEqual(failed());
  expect(await manifests.read(good.imageId)).toEqual(before);

  // A deletion begins in the API, and a late event does not bring the image back.
  await createDeletions(originals, manifests).begin(good.address);
  expect(await invoke(sqsEvent({ body: renderOrder(imageFromKey(good.address)) }, { body: good.body }))).toEqual(
    failed(),
  );
  expect(await renditionsOf(good.imageId)).toEqual([]);
  expect(await originals.head(good.key)).toBeUndefined();
});

test('a message is not started, and received again, if there is not enough time for an image', async () => {
  const { imageId, body } = await upload(await longPhoto());
  expect(await invoke(sqsEvent({ messageId: 'late', body }), 60_000)).toEqual(failed('late'));
  expect(await manifests.read(imageId)).toBeUndefined();
});

test('a message that is not an event fails alone', async () => {
  expect(await invoke(sqsEvent({ messageId: 'text', body: 'text' }, { body: '{"Event":"s3:TestEvent"}' }))).toEqual(
    failed('text'),
  );
});

test('doctor finds that an upload gets through the queue and the function to its manifest, and deletes what that has made', async () => {
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    RENDERER: 'lambda',
    ...backendVariables({ s3, originalsBucket, cdnBucket, queues }),
    CDN_BASE_URL: 'https://cdn.invalid',
  };
  const doctor = runProgram(['apps/api/src/doctor.ts', '--json'], env);
  const key = await vi.waitUntil(async () => {
    const { objects } = await originals.list({ prefix: `${prefixes.originals}doctor/` });
    return objects[0]?.key;
  });
  expect(await invoke(sqsEvent({ body: JSON.stringify(s3Event(originalsBucket, key)) }))).toEqual(failed());
  const findings = (await doctor).stdout.split('\n').filter((line) => line.includes('"Lambda renderer"'));
  expect(findings.map((line) => JSON.parse(line))).toEqual([
    { check: 'Lambda renderer', result: 'ok', message: expect.stringContaining('with a dead-letter queue') },
    { check: 'Lambda renderer', result: 'ok', message: expect.stringContaining('has judged an upload') },
  ]);
  const imageId = ImageId.parse(key.split('/')[3]);
  expect(await manifests.read(imageId)).toBeUndefined();
  for (const prefix of [prefixes.originals, prefixes.finished])
    expect((await originals.list({ prefix: `${prefix}doctor/` })).objects).toEqual([]);
});

describe('dead letters', () => {
  const redrive = () => lambda.invoke({ handler: 'redrive', event: {}, remainingMs: MINUTES_MS });
  const count = (redrives: number) => ({
    messageAttributes: { redrives: { DataType: 'Number', StringValue: String(redrives) } },
  });
  const shown = (queue: 'render' | 'dead' | 'parked') =>
    queues
      .left(queue)
      .map(({ body, messageAttributes: { redrives } }) => [body, redrives?.StringValue])
      .toSorted();
  const event = (name: string) => JSON.stringify({ Records: [], name });

  test('stay while the storage is away, and then run again by themselves, a limited number of times', async () => {
    queues.server.reset();
    queues.server.sendMessage('dead', event('first'));
    queues.server.sendMessage('dead', event('just redriven'), count(1));
    queues.server.sendMessage('dead', event('poison'), count(5));
    queues.server.sendMessage('dead', 'text');
    proxy.misbehave(() => 'slow-down');
    expect(await redrive()).toMatchObject({ redriven: 0, parked: 0, waiting: 0, away: expect.any(String) });
    expect(shown('dead')).toHaveLength(4);
    proxy.misbehave(undefined);
    expect(await redrive()).toEqual({ redriven: 1, parked: 2, waiting: 1 });
    expect(shown('render')).toEqual([[event('first'), '1']]);
    expect(shown('parked')).toEqual(
      [
        ['text', '0'],
        [event('poison'), '5'],
      ].toSorted(),
    );
    expect(shown('dead')).toEqual([[event('just redriven'), '1']]);
    // Hidden until its redrive is due.
    expect(await redrive()).toEqual({ redriven: 0, parked: 0, waiting: 0 });
  });
});
