import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { startFaultProxy } from '@imagemill/local-stack/test-support';
import { createManifests } from '@imagemill/manifests';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { ImageId, originalKey, prefixes, Tenant } from '@imagemill/variants';
import sharp from 'sharp';
import { v7 as uuidv7 } from 'uuid';
import { expect, inject, test } from 'vitest';
import { buildBundle } from '../../deploy/aws/lambda/build-bundle.ts';
import { longPhoto } from '../test-support/photos.ts';
import { type Environment, functionVariables, startEnvironment } from './environment.ts';
import { s3Event, sqsEvent } from './events.ts';
import { startQueues } from './queues.ts';

const UPLOADS = 40;
const ENVIRONMENTS = 2;
const KILLS = 6;
/** Instead of 18 minutes. */
const VISIBILITY_SECONDS = 8;
const DEADLINE_MS = 600_000;

/**
 * Uploads whose events come twice, environments that are killed while they render, and an outage of the storage that makes dead letters. The
 * poller of AWS Lambda is imitated: batches of two, failed messages are not deleted, those of a dead environment come back.
 */
test('killed environments and an outage of the storage lose no image and leave no partial one', async ({
  onTestFinished,
}) => {
  const { s3 } = inject('servers');
  const [originalsBucket, cdnBucket] = [`originals-${randomUUID()}`, `cdn-${randomUUID()}`];
  const client = createS3Client({ ...s3, maxAttempts: 2, requestTimeoutMs: 60_000 });
  for (const bucket of [originalsBucket, cdnBucket])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const originals = createS3Storage({ client, bucket: originalsBucket });
  const cdn = createS3Storage({ client, bucket: cdnBucket });
  const manifests = createManifests(originals);
  const bundle = await mkdtemp(join(tmpdir(), 'imagemill-lambda-'));
  await buildBundle({ out: bundle, arch: process.arch === 'arm64' ? 'arm64' : 'x64' });
  const proxy = await startFaultProxy(s3.endpoint);
  const queues = await startQueues();
  onTestFinished(async () => {
    await queues.stop();
    await proxy.stop();
    client.destroy();
    await rm(bundle, { recursive: true });
  });

  const photo = await longPhoto();
  const corrupt = photo.subarray(0, 20_000);
  const images = await Promise.all(
    Array.from({ length: UPLOADS }, async (_, index) => {
      const imageId = ImageId.parse(uuidv7());
      const key = originalKey({ tenant: Tenant.parse('acme'), category: 'avatar', imageId, contentType: 'image/jpeg' });
      const isGood = index % 10 !== 0;
      await originals.put({ key, body: isGood ? photo : corrupt, contentType: 'image/jpeg', cacheControl: 'private' });
      for (const _twice of [1, 2]) queues.server.sendMessage('render', JSON.stringify(s3Event(originalsBucket, key)));
      return { imageId, isGood };
    }),
  );

  const start = () =>
    startEnvironment(
      bundle,
      functionVariables({ s3: { ...s3, endpoint: proxy.endpoint }, originalsBucket, cdnBucket, queues }),
    );
  const running = new Set<Environment>();
  let isOver = false;
  let killed = 0;

  const isHandled = (response: unknown, { MessageId }: Message) => {
    const { batchItemFailures } = response as { batchItemFailures: readonly { itemIdentifier: string }[] };
    return !batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === MessageId);
  };
  const received = ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }: Message) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    receives: Number(Attributes?.ApproximateReceiveCount),
  });

  /** One slot of the poller: a new environment whenever its own was killed. */
  async function poll(): Promise<void> {
    let environment: Environment | undefined;
    while (!isOver) {
      const messages = await queues.receive(VISIBILITY_SECONDS);
      if (messages.length === 0) continue;
      environment ??= await start();
      running.add(environment);
      const event = sqsEvent(...messages.map(received));
      try {
        const response = await environment.invoke({ handler: 'handler', event, remainingMs: 180_000 });
        for (const message of messages) if (isHandled(response, message)) await queues.delete(message);
      } catch {
        running.delete(environment);
        environment = undefined;
      }
    }
    await environment?.close();
  }

  /** Beside the polls: kills, until there were enough. */
  async function kill(): Promise<void> {
    while (!isOver && killed < KILLS) {
      await pause(1_500 + Math.random() * 1_500);
      const [victim] = running;
      if (!victim) continue;
      running.delete(victim);
      victim.child.kill('SIGKILL');
      killed += 1;
    }
  }

  const endOf = async ({ imageId }: { readonly imageId: ImageId }) => (await manifests.read(imageId))?.manifest.status;
  const unfinished = async () => (await Promise.all(images.map(endOf))).filter((status) => status === undefined).length;

  proxy.misbehave(() => 'slow-down');
  const polls = Array.from({ length: ENVIRONMENTS }, poll);
  const deadline = Date.now() + DEADLINE_MS;
  // An outage that outlasts all receives of some messages, without the minutes between them.
  while (queues.left('dead').length < UPLOADS / 4 && Date.now() < deadline) await queues.receive(0);
  const lettersOfOutage = queues.left('dead').length;
  proxy.misbehave(undefined);
  const kills = kill();
  const redriver = await start();
  while ((await unfinished()) > 0 && Date.now() < deadline) {
    await redriver.invoke({ handler: 'redrive', event: {}, remainingMs: 60_000 });
    await pause(1_000);
  }
  await kills;
  isOver = true;
  await Promise.all(polls);
  await redriver.close();

  // The faults have happened.
  expect({ killed, hadDeadLetters: lettersOfOutage > 0 }).toEqual({ killed: KILLS, hadDeadLetters: true });
  expect(await Promise.all(images.map(endOf))).toEqual(images.map(({ isGood }) => (isGood ? 'ready' : 'rejected')));
  const { objects } = await cdn.list({ prefix: prefixes.renditions });
  const stored = new Map(objects.map(({ key, sizeBytes }) => [key, sizeBytes]));
  for (const { imageId } of images) {
    const manifest = (await manifests.read(imageId))?.manifest;
    const named = manifest?.status === 'ready' ? manifest.renditions : [];
    const own = [...stored.keys()].filter((key) => key.includes(imageId));
    expect(own.toSorted()).toEqual(named.map(({ key }) => key).toSorted());
    for (const { key, bytes, width, height } of named) {
      expect(stored.get(key)).toBe(bytes);
      const object = await cdn.open(key);
      const file = Buffer.concat(object ? await Array.fromAsync(object.body) : []);
      expect(await sharp(file).metadata()).toMatchObject({ width, height });
    }
  }
  expect(queues.left('parked')).toEqual([]);
});
