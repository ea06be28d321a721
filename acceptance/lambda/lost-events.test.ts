import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@aws-sdk/client-sqs';
import { createDeletions, createManifests } from '@imagemill/manifests';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, inject, test, vi } from 'vitest';
import { buildBundle } from '../../deploy/aws/lambda/build-bundle.ts';
import { longPhoto } from '../test-support/photos.ts';
import { functionVariables, startEnvironment } from './environment.ts';
import { s3Event, sqsEvent } from './events.ts';
import { startQueues } from './queues.ts';

const UPLOADS = 20;
const LOST_SHARE = 0.3;
const MINUTES_MS = 180_000;
/** Instead of an hour. */
const LOST_AFTER_SECONDS = 2;

/** The bundle in two environments of one function, whose passes run at the same time. */
test('if 30 % of the events are lost, every upload is ready after a sweep, and nothing is ordered twice', async ({
  onTestFinished,
}) => {
  const { s3 } = inject('servers');
  const [originalsBucket, cdnBucket] = [`originals-${randomUUID()}`, `cdn-${randomUUID()}`];
  const client = createS3Client({ ...s3, maxAttempts: 1, requestTimeoutMs: 60_000 });
  for (const bucket of [originalsBucket, cdnBucket])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const originals = createS3Storage({ client, bucket: originalsBucket });
  const manifests = createManifests(originals);
  const bundle = await mkdtemp(join(tmpdir(), 'imagemill-lambda-'));
  await buildBundle({ out: bundle, arch: process.arch === 'arm64' ? 'arm64' : 'x64' });
  const queues = await startQueues();
  const start = () =>
    startEnvironment(bundle, {
      ...functionVariables({ s3, originalsBucket, cdnBucket, queues }),
      UPLOAD_LOST_AFTER_SECONDS: String(LOST_AFTER_SECONDS),
    });
  const environments = await Promise.all([start(), start()]);
  onTestFinished(async () => {
    await Promise.all(environments.map((each) => each.close()));
    await queues.stop();
    client.destroy();
    await rm(bundle, { recursive: true });
  });
  const [renderer] = environments;

  const photo = await longPhoto();
  async function upload() {
    const imageId = ImageId.parse(uuidv7());
    const address = { tenant: Tenant.parse('acme'), category: 'avatar', imageId, contentType: 'image/jpeg' } as const;
    const key = originalKey(address);
    await originals.put({ key, body: photo, contentType: 'image/jpeg', cacheControl: 'private' });
    return { imageId, address, key };
  }
  const images = await Promise.all(Array.from({ length: UPLOADS }, upload));
  const deleted = await upload();
  await createDeletions(originals, manifests).begin(deleted.address);
  const lost = images.slice(0, UPLOADS * LOST_SHARE);
  for (const { key } of images.slice(lost.length))
    queues.server.sendMessage('render', JSON.stringify(s3Event(originalsBucket, key)));

  /** As the poller of AWS Lambda does, until the queue is empty. @returns the ids in the orders */
  async function renderAll(): Promise<string[]> {
    const ordered: string[] = [];
    for (;;) {
      const messages = await queues.receive(600);
      if (messages.length === 0) return ordered;
      const received = ({ MessageId = '', ReceiptHandle = '', Body = '' }: Message) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
      });
      const event = sqsEvent(...messages.map(received));
      const response = await renderer.invoke({ handler: 'handler', event, remainingMs: MINUTES_MS });
      expect(response).toEqual({ batchItemFailures: [] });
      for (const message of messages) await queues.delete(message);
      const bodies = messages.map(({ Body = '' }) => JSON.parse(Body));
      ordered.push(...bodies.flatMap(({ image }) => image?.imageId ?? []));
    }
  }
  const sweepTwice = async () => {
    const pass = { handler: 'sweep', event: {}, remainingMs: MINUTES_MS } as const;
    const reports = await Promise.all(environments.map((each) => each.invoke(pass)));
    return reports as { readonly state: string; readonly ordered: number }[];
  };
  const statusOf = async ({ imageId }: { readonly imageId: ImageId }) =>
    (await manifests.read(imageId))?.manifest.status ?? 'queued';
  const statuses = () => Promise.all(images.map(statusOf));

  expect(await renderAll()).toEqual([]);
  expect(await statuses()).toEqual(images.map((image) => (lost.includes(image) ? 'queued' : 'ready')));

  const ids = lost.map(({ imageId }) => imageId);
  const ordered: string[] = [];
  // Rounds go on after the one that finds them.
  let rounds = 0;
  await vi.waitUntil(async () => {
    const reports = await sweepTwice();
    rounds += reports.filter(({ state }) => state === 'swept').length;
    expect(reports.map(({ ordered: count }) => count)).toContain(0);
    ordered.push(...(await renderAll()));
    return rounds >= 3 && ordered.length > 0;
  });
  expect(ordered.toSorted()).toEqual(ids.toSorted());
  expect(await statuses()).toEqual(images.map(() => 'ready'));
  expect(await statusOf(deleted)).toBe('deleted');
});
