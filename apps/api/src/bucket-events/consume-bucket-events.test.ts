import type { ImageId } from '@imagemill/variants';
import { manifestKey } from '@imagemill/variants';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBucketEventsHarness, record, uploadedOriginal } from '../test-support/bucket-events-harness.ts';
import { LONG_POLL_SECONDS } from './bucket-events-queue.ts';

let events: Awaited<ReturnType<typeof createBucketEventsHarness>>;
beforeAll(async () => {
  events = await createBucketEventsHarness();
});
afterEach(() => events.endConsumers());
afterAll(() => events.close());

const untilQueued = (imageId: ImageId) =>
  vi.waitFor(async () => expect((await events.queue.find(imageId))?.status).toBe('queued'));
const untilLeft = (queue: { left(): string[] }, bodies: string[]) =>
  vi.waitFor(() => expect(queue.left()).toEqual(bodies));

/** A promise and its resolver. */
const gate = () => Promise.withResolvers<void>();

describe('starts the job of an upload from a message that the bucket', () => {
  test('sent directly, with several records and URL-encoded keys', async () => {
    const queue = events.createQueue();
    const originals = [uploadedOriginal(), uploadedOriginal(), uploadedOriginal()];
    expect(originals[0]?.record.s3.object.key).toContain('%2F');
    events.consume(queue.url);
    queue.send({ Records: originals.map((original) => original.record) });
    for (const { imageId } of originals) await untilQueued(imageId);
    await untilLeft(queue, []);
  });

  test.each([
    ['in an envelope', 'false'],
    ['raw', 'true'],
  ])('sent through SNS, %s', async (_how, raw) => {
    const queue = events.createQueue();
    events.server.createTopic(queue.name);
    events.server.subscribe({ topic: queue.name, queue: queue.name, attributes: { RawMessageDelivery: raw } });
    const { imageId, record: created } = uploadedOriginal();
    events.server.publish(queue.name, JSON.stringify({ Records: [created] }));
    events.consume(queue.url);
    await untilQueued(imageId);
    await untilLeft(queue, []);
  });

  test('sent through EventBridge, with a key that is not encoded', async () => {
    const queue = events.createQueue();
    const { imageId, key } = uploadedOriginal();
    const detail = { bucket: { name: 'originals' }, object: { key, size: 5, etag: 'abc' } };
    queue.send({ version: '0', source: 'aws.s3', 'detail-type': 'Object Created', detail });
    events.consume(queue.url);
    await untilQueued(imageId);
    await untilLeft(queue, []);
  });
});

test("deletes foreign objects' messages and the bucket's test event without starting a job", async () => {
  const queue = events.createQueue();
  const { imageId, key } = uploadedOriginal();
  queue.send({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'originals' });
  queue.send({ Records: [record(key, 'elsewhere'), record(manifestKey(imageId)), record('../x')] });
  events.consume(queue.url);
  await untilLeft(queue, []);
  expect(await events.queue.find(imageId)).toBeUndefined();
});

test('bad messages do not block others, are not deleted, and end in the dead-letter queue', async () => {
  const queue = events.createQueue(2);
  const bad = ['{"Records":', 'text', '{"order":17}', '{"Type":"Notification","Message":"hello"}'].map(
    (body) => body || ' ',
  );
  const originals = [uploadedOriginal(), uploadedOriginal(), uploadedOriginal()];
  for (const body of bad) queue.send(body);
  for (const original of originals) queue.send({ Records: [original.record] });
  events.consume(queue.url);
  for (const { imageId } of originals) await untilQueued(imageId);
  await vi.waitFor(() => expect(queue.left().sort()).toEqual([...bad].sort()));
  await vi.waitFor(() => expect(queue.dead().sort()).toEqual([...bad].sort()));
  expect(queue.left()).toEqual([]);
});

test('repeated and unordered messages start one job per upload', async () => {
  const queue = events.createQueue();
  const originals = [uploadedOriginal(), uploadedOriginal()];
  const before = (await events.queue.backlog()).waiting;
  for (const original of [...originals, ...originals.toReversed(), ...originals])
    queue.send({ Records: [original.record] });
  events.consume(queue.url);
  events.consume(queue.url);
  await untilLeft(queue, []);
  for (const { imageId } of originals) await untilQueued(imageId);
  expect((await events.queue.backlog()).waiting - before).toBe(2);
});

describe('while Redis is unavailable', () => {
  const ended = () => events.connection.status === 'end';
  const disconnect = async () => {
    events.connection.disconnect();
    await vi.waitUntil(ended);
  };
  const reconnect = async () => {
    if (ended()) await events.connection.connect();
  };
  afterEach(reconnect);

  test('receives no message, so that none moves towards the dead-letter queue', async () => {
    const queue = events.createQueue(1);
    const { imageId, record: created } = uploadedOriginal();
    queue.send({ Records: [created] });
    await disconnect();
    const ping = vi.spyOn(events.queue, 'ping');
    events.consume(queue.url);
    await vi.waitUntil(() => ping.mock.calls.length >= 2);
    expect(events.server.inspectQueue(queue.name)?.messages.ready).toHaveLength(1);
    await reconnect();
    await untilQueued(imageId);
    await untilLeft(queue, []);
    expect(queue.dead()).toEqual([]);
  });

  test('keeps a message in flight, and handles it when it is delivered again', async () => {
    const queue = events.createQueue();
    const { imageId, record: created } = uploadedOriginal();
    const body = JSON.stringify({ Records: [created] });
    queue.send(body);
    const failed = gate();
    let cut = false;
    events.consume(queue.url, async (objects) => {
      if (!cut) {
        cut = true;
        await disconnect();
      }
      return events.report(objects).catch((error: unknown) => {
        failed.resolve();
        throw error;
      });
    });
    await failed.promise;
    expect(queue.left()).toEqual([body]);
    await reconnect();
    await untilQueued(imageId);
    await untilLeft(queue, []);
  });
});

describe('stopping', () => {
  test('finishes and deletes the messages in flight', async () => {
    const queue = events.createQueue();
    const { imageId, record: created } = uploadedOriginal();
    queue.send({ Records: [created] });
    const [begun, release] = [gate(), gate()];
    const consumer = events.consume(queue.url, async (objects) => {
      begun.resolve();
      await release.promise;
      return events.report(objects);
    });
    await begun.promise;
    const closed = consumer.close(10_000);
    release.resolve();
    await closed;
    expect(queue.left()).toEqual([]);
    expect((await events.queue.find(imageId))?.status).toBe('queued');
  });

  test('loses no message that outlasts the grace period: another consumer gets it', async () => {
    const queue = events.createQueue();
    const { imageId, record: created } = uploadedOriginal();
    queue.send({ Records: [created] });
    const [begun, release] = [gate(), gate()];
    const consumer = events.consume(queue.url, async () => {
      begun.resolve();
      await release.promise;
      throw new Error('too late');
    });
    await begun.promise;
    await consumer.close(1);
    expect(queue.left()).toHaveLength(1);
    events.consume(queue.url);
    await untilQueued(imageId);
    await untilLeft(queue, []);
    release.resolve();
  });

  test('does not wait for new messages, and receives none afterwards', async () => {
    const queue = events.createQueue();
    const receives = vi.spyOn(events.queue, 'ping');
    const consumer = events.consume(queue.url);
    await vi.waitUntil(() => receives.mock.calls.length > 0);
    const before = performance.now();
    await consumer.close(600_000);
    expect(performance.now() - before).toBeLessThan((LONG_POLL_SECONDS * 1000) / 2);
    const { imageId, record: created } = uploadedOriginal();
    queue.send({ Records: [created] });
    const other = events.createQueue();
    const later = uploadedOriginal();
    other.send({ Records: [later.record] });
    events.consume(other.url);
    await untilQueued(later.imageId);
    expect(await events.queue.find(imageId)).toBeUndefined();
  });
});

test('retries an unreachable queue with backoff, and consumes it once it is reachable', async () => {
  const queue = events.createQueue();
  events.server.deleteQueue(queue.name);
  const ping = vi.spyOn(events.queue, 'ping');
  const before = performance.now();
  const first = ping.mock.calls.length;
  events.consume(queue.url);
  await vi.waitUntil(() => ping.mock.calls.length - first >= 4);
  // At least half of 500 ms, 1 s and 2 s.
  expect(performance.now() - before).toBeGreaterThan(1_700);
  events.server.createQueue(queue.name);
  const { imageId, record: created } = uploadedOriginal();
  queue.send({ Records: [created] });
  await untilQueued(imageId);
  await untilLeft(queue, []);
});
