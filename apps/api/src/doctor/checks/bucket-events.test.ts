import { randomUUID } from 'node:crypto';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage } from '@imagemill/storage';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { createBucketEventsHarness, EVENT_PREFIX, record } from '../../test-support/bucket-events-harness.ts';
import { createProbeObjects } from '../probe-objects.ts';
import { bucketEventsCheck } from './bucket-events.ts';

const { s3 } = inject('servers');
const client = createS3Client(s3);
const bucket = `doctor-events-${randomUUID()}`;
/** The name under which the API of the harness knows its bucket. */
const REPORTED = 'originals';
let events: Awaited<ReturnType<typeof createBucketEventsHarness>>;
beforeAll(async () => {
  await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  events = await createBucketEventsHarness();
});
afterEach(() => events.endConsumers());
afterAll(() => events.close());

/** A bucket that sends an event to the queue for each object. */
function notifying(send: (body: unknown) => void): ObjectStorage {
  const storage = createS3Storage({ client, bucket });
  return {
    ...storage,
    async put(object, options) {
      const outcome = await storage.put(object, options);
      send({ Records: [record(object.key, REPORTED)] });
      return outcome;
    },
  };
}

function outcomesOf(url: string | undefined, send: (body: unknown) => void, waitMs: number) {
  const originals = notifying(send);
  const check = bucketEventsCheck({
    env: { UPLOAD_EVENTS_QUEUE_URL: url, UPLOAD_EVENTS_REGION: 'us-east-1' },
    stores: {
      originals,
      cdn: originals,
      plainOriginals: originals,
      endpoint: s3.endpoint,
      publicEndpoint: undefined,
      close() {},
      objects: createProbeObjects(),
    },
    prefix: EVENT_PREFIX,
    ready: async () => events.connection,
    waitMs,
  });
  return check.run(AbortSignal.timeout(100_000));
}

test('follows an event through the queue and the API to Redis', async () => {
  const queue = events.createQueue();
  events.consume(queue.url);
  expect(await outcomesOf(queue.url, queue.send, 60_000)).toMatchObject([
    { result: 'ok', message: expect.stringContaining('with a dead-letter queue') },
    { result: 'ok', message: expect.stringMatching(/^an event reached the API after/) },
  ]);
});

test('reports a queue that no API reads', async () => {
  const queue = events.createQueue();
  expect(await outcomesOf(queue.url, queue.send, 0)).toMatchObject([
    { result: 'ok' },
    { result: 'problem', message: expect.stringContaining('no event of an upload reached the API') },
  ]);
});

test('reports a queue that does not exist', async () => {
  const url = `http://127.0.0.1:${events.server.port}/000000000000/nothing`;
  const [queue] = await outcomesOf(url, () => {}, 0);
  expect(queue).toMatchObject({ result: 'problem', message: expect.stringContaining('UPLOAD_EVENTS_QUEUE_URL') });
});

test('bucket events are optional', async () => {
  expect(await outcomesOf(undefined, () => {}, 0)).toMatchObject([{ result: 'skipped' }]);
});
