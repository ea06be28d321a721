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
      ...{ type: 'image.ready', tenant: Tenant.parse(tenant), imageId: ImageId.parse(uuidv7()) },
      ...{ occasion: 'r1', data: {} },
    });
  const dead = ['dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5'];
  for (const tenant of dead) for (const _ of Array.from({ length: 6 })) await publish(tenant);

  const timedOut = new Set<string>();
  /** Deliveries to dead endpoints that began after the first timeout of each of them. */
  const late = { running: 0, most: 0 };
  let delivered = 0;
  const connection = createConsumerConnection(inject('servers').redisUrl);
  const worker = createDeliveryWorker({
    ...{ connection, prefix, concurrency: 16, slowMs: 10, onError: () => {} },
    async deliver({ tenant }) {
      if (!dead.includes(tenant)) {
        delivered += 1;
        return { verdict: 'delivered', status: 204 };
      }
      const isLate = dead.every((each) => timedOut.has(each));
      if (isLate) late.running += 1;
      late.most = Math.max(late.most, late.running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (isLate) late.running -= 1;
      return { verdict: 'retry', code: 'timeout' };
    },
    onAttempt: ({ tenant }) => void timedOut.add(tenant),
  });
  onTestFinished(async () => {
    await worker.close(1_000);
    connection.disconnect();
  });
  await vi.waitUntil(() => late.most > 0);
  await publish('healthy');
  await vi.waitUntil(() => delivered === 1);
  expect(late.most).toBe(1);
});
