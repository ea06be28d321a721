import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@imagemill/local-stack';
import { createProducerConnection, createRenderQueue } from '@imagemill/queue';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { createQueueFigures } from '../backlog/queue-figures.ts';
import { addBacklogMetrics } from './backlog-metrics.ts';

const HOUR_MS = 3600_000;

async function harness(redisUrl: string) {
  const connection = createProducerConnection(redisUrl);
  onTestFinished(() => connection.disconnect());
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = createRenderQueue({ connection, prefix: `metrics-${randomUUID().slice(0, 8)}` });
  const add = async (delayMs: number) => {
    const imageId = ImageId.parse(uuidv7());
    const address = { imageId, tenant: Tenant.parse('acme'), category: 'product', contentType: 'image/jpeg' as const };
    const times = { createdAt: new Date().toISOString(), uploadExpiresAt: new Date().toISOString() };
    await queue.add({ ...address, ...times, originalKey: originalKey(address), metadata: {} }, delayMs);
  };
  const reads = vi.spyOn(queue, 'backlog');
  const registry = new Registry();
  addBacklogMetrics(registry, createQueueFigures(queue));
  return { add, reads, registry, scrape: () => registry.metrics() };
}

test('a scrape shows jobs by state, waiting time and predicted work, from one read', async () => {
  const { add, reads, scrape } = await harness(inject('servers').redisUrl);
  await add(HOUR_MS);
  await add(HOUR_MS);
  await add(0);
  const text = await scrape();
  expect(reads).toHaveBeenCalledOnce();
  expect(text).toMatch(/^imagemill_queue_reachable 1$/m);
  expect(text).toMatch(/^imagemill_backlog_jobs\{state="prioritized"\} 1$/m);
  expect(text).toMatch(/^imagemill_backlog_jobs\{state="waiting"\} 0$/m);
  expect(text).toMatch(/^imagemill_backlog_jobs\{state="active"\} 0$/m);
  expect(text).toMatch(/^imagemill_backlog_jobs\{state="delayed_due"\} 0$/m);
  expect(text).toMatch(/^imagemill_backlog_jobs\{state="delayed"\} 2$/m);
  expect(text).toMatch(/^imagemill_upload_looks_due 0$/m);
  expect(text).toMatch(/^imagemill_dead_letters 0$/m);
  expect(text).toMatch(/^imagemill_oldest_waiting_seconds \d/m);
  // Nothing was measured yet: no value is better than a wrong one.
  expect(text).not.toMatch(/^imagemill_predicted_work_seconds /m);
});

test('while Redis hangs or is down, a scrape reports it without waiting for Redis, and holds the last numbers with their age', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-metrics-'));
  const redis = await startRedis({ dir, appendOnly: false });
  onTestFinished(async () => {
    await redis.stop();
    await rm(dir, { recursive: true });
  });
  const { add, reads, scrape } = await harness(redis.url);
  await add(0);
  await vi.waitFor(async () => expect(await scrape()).toMatch(/^imagemill_backlog_jobs\{state="prioritized"\} 1$/m));

  const saysSo = async () => {
    const text = await scrape();
    expect(text).toMatch(/^imagemill_queue_reachable 0$/m);
    expect(text).toMatch(/^imagemill_backlog_jobs\{state="prioritized"\} 1$/m);
    expect(text).toMatch(/^imagemill_backlog_age_seconds [1-9]/m);
  };
  process.kill(redis.pid, 'SIGSTOP');
  await saysSo();
  const read = reads.mock.results.at(-1)?.value as Promise<unknown>;
  expect(await Promise.race([read.catch(() => 'failed'), 'in flight'])).toBe('in flight');
  process.kill(redis.pid, 'SIGCONT');
  await vi.waitFor(async () => expect(await scrape()).toMatch(/^imagemill_queue_reachable 1$/m));
  await redis.stop();
  await saysSo();
});
