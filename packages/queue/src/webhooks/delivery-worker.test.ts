import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createConsumerConnection } from '../connection/connection.ts';
import { closeQueues, queueHarness } from '../test-support/queue-harness.ts';
import { createDeliveryWorker } from './delivery-worker.ts';
import { createWebhookQueue } from './webhook-queue.ts';

afterEach(closeQueues);

test('after their first timeout, dead endpoints hold one slot together', async () => {
  const { redis, prefix } = await queueHarness();
  const webhooks = createWebhookQueue({ connection: redis, prefix });
  const publish = (tenant: string) =>
    webhooks.publish({
      type: 'image.ready',
      tenant: Tenant.parse(tenant),
      imageId: ImageId.parse(uuidv7()),
      occasion: 'r1',
      data: {},
    });
  const dead = ['dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5'];
  // By turns: a delivery to each of them is among the first.
  for (const _ of Array.from({ length: 6 })) for (const tenant of dead) await publish(tenant);

  const begun = new Set<string>();
  const [timeouts, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let haveTimedOut = false;
  /** Deliveries to dead endpoints that began after the first timeout of each of them. None of them ends. */
  let late = 0;
  let delivered = 0;
  const connection = createConsumerConnection(inject('servers').redisUrl);
  const worker = createDeliveryWorker({
    // Every endpoint is slow after its first attempt.
    connection,
    prefix,
    concurrency: 16,
    slowMs: 0,
    onError: () => {},
    async deliver({ tenant }) {
      if (!dead.includes(tenant)) {
        delivered += 1;
        return { verdict: 'delivered', status: 204 };
      }
      begun.add(tenant);
      if (haveTimedOut) late += 1;
      await (haveTimedOut ? end : timeouts).promise;
      return { verdict: 'retry', code: 'timeout' };
    },
  });
  onTestFinished(async () => {
    end.resolve();
    await worker.close(1_000);
    connection.disconnect();
  });
  await vi.waitUntil(() => begun.size === dead.length);
  haveTimedOut = true;
  timeouts.resolve();
  await vi.waitUntil(() => late > 0);
  await publish('healthy');
  await vi.waitUntil(() => delivered === 1);
  expect(late).toBe(1);
});
