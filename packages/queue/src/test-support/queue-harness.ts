import { randomUUID } from 'node:crypto';
import type { RenderImage } from '@imagemill/records';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { inject, vi } from 'vitest';
import { createConsumerConnection, createProducerConnection } from '../connection/connection.ts';
import { createRenderQueue } from '../render/render-queue.ts';
import { createRenderWorker, type RenderHandler } from '../render/render-worker.ts';

const { redisUrl } = inject('servers');
const closers: (() => Promise<unknown>)[] = [];

const DAY_MS = 24 * 3600_000;

/** Registers a cleanup to run after the test, in reverse order. */
export function closeAfterwards(close: () => Promise<unknown>): void {
  closers.push(close);
}

export async function closeQueues(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

/** A job as the API creates it. */
export function renderJob(tenant = Tenant.parse('acme')): RenderImage {
  const imageId = ImageId.parse(uuidv7());
  const contentType = 'image/jpeg';
  const address = { imageId, tenant, category: 'product', contentType } as const;
  return {
    ...address,
    originalKey: originalKey(address),
    filename: 'shoe.jpg',
    metadata: {},
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + DAY_MS).toISOString(),
  };
}

/** A separate queue, and the underlying BullMQ queue for inspection. */
export async function queueHarness() {
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const connection = createProducerConnection(redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = createRenderQueue({ connection, prefix });
  const raw = new Queue('render', { connection, prefix });
  closers.push(async () => {
    await raw.obliterate({ force: true });
    await raw.close();
    connection.disconnect();
  });
  const work = (handle: RenderHandler, more: { lockDurationMs?: number; name?: string; concurrency?: number } = {}) => {
    const consumer = createConsumerConnection(redisUrl);
    const errors: Error[] = [];
    const options = {
      connection: consumer,
      prefix,
      concurrency: 4,
      handle,
      onError: (e: Error) => errors.push(e),
      ...more,
    };
    const worker = createRenderWorker(options);
    closers.push(async () => {
      await worker.close(5_000);
      consumer.disconnect();
    });
    return { worker, errors };
  };
  const status = async (id: ImageId) => (await queue.find(id))?.status;
  return { queue, raw, work, status, redis: connection, prefix };
}
