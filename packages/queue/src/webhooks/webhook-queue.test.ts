import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, expect, test } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { deliverySchedule } from './delivery-schedule.ts';
import { createWebhookQueue } from './webhook-queue.ts';

afterEach(closeQueues);

async function harness() {
  const { redis, prefix } = await queueHarness();
  const webhooks = createWebhookQueue({ connection: redis, prefix });
  const { tenant } = renderJob();
  const publish = (imageId = ImageId.parse(uuidv7()), occasion = 'r1') =>
    webhooks.publish({ type: 'image.ready', tenant, imageId, occasion, data: {} });
  const all = async () => (await webhooks.list({ cursor: undefined, limit: 100 })).deliveries;
  return { webhooks, publish, all, redis, prefix };
}

test('all attempts of a delivery fit into 24 h, with any jitter and 10 s for each', () => {
  for (const _ of Array.from({ length: 100 })) {
    const delays = Array.from({ length: deliverySchedule.attempts - 1 }, (_, i) => deliverySchedule.delayMs(i + 1));
    const total = delays.reduce((sum, ms) => sum + ms, deliverySchedule.attempts * 10_000);
    expect(total).toBeLessThanOrEqual(24 * 3600_000);
    expect(total).toBeGreaterThan(20 * 3600_000);
  }
});

test('a later event has a larger number, under concurrency and after Redis lost the last number', async () => {
  const { publish, all, redis, prefix } = await harness();
  await Promise.all(Array.from({ length: 20 }, () => publish()));
  const first = await all();
  expect(new Set(first.map(({ sequence }) => sequence)).size).toBe(20);
  const largest = Math.max(...first.map(({ sequence }) => sequence));
  const [seconds] = await redis.time();
  if (Number(seconds) * 1000 <= largest) await expect.poll(async () => (await redis.time())[0]).not.toBe(seconds);
  await redis.del(`${prefix}:event-sequence`);
  await publish();
  expect((await all())[0]?.sequence).toBeGreaterThan(largest);
});

test('an event that is published again keeps its id and number', async () => {
  const { publish, all } = await harness();
  const imageId = ImageId.parse(uuidv7());
  const ids = await Promise.all([publish(imageId), publish(imageId), publish(imageId)]);
  const [sent] = await all();
  await publish();
  await publish(imageId);
  expect(new Set(ids)).toEqual(new Set([sent?.id]));
  expect((await all()).filter(({ id }) => id === sent?.id)).toEqual([sent]);
  expect(await publish(imageId, 'r2')).not.toBe(sent?.id);
});

test('the log has each event on one page, newest first, and can be filtered by image', async () => {
  const { webhooks, publish, all } = await harness();
  for (const _ of [1, 2, 3, 4]) await publish();
  const imageId = ImageId.parse(uuidv7());
  for (const occasion of ['a', 'b', 'c']) await publish(imageId, occasion);
  const pages: string[][] = [];
  let cursor: number | undefined;
  do {
    const page = await webhooks.list({ cursor, limit: 3 });
    pages.push(page.deliveries.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
  expect(pages.flat()).toEqual((await all()).map(({ id }) => id));
  const first = await webhooks.list({ cursor: undefined, limit: 2, imageId });
  const second = await webhooks.list({ cursor: first.nextCursor, limit: 2, imageId });
  expect([first, second].map(({ deliveries }) => deliveries.length)).toEqual([2, 1]);
  expect((await webhooks.list({ cursor: undefined, limit: 9, status: 'failed' })).deliveries).toEqual([]);
});

test('a pending or unknown event is not replayed', async () => {
  const { webhooks, publish } = await harness();
  expect(await webhooks.replay(await publish())).toBe('pending');
  expect(await webhooks.replay('evt_unknown')).toBe('not-found');
});
