import { createProducerConnection, readRedisMemory } from '@imagemill/queue';
import { Registry } from 'prom-client';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { addRedisMetrics } from './redis-metrics.ts';

test('a scrape shows the memory of Redis, and no value while Redis is away', async () => {
  const connection = createProducerConnection(inject('servers').redisUrl);
  onTestFinished(() => connection.disconnect());
  await vi.waitUntil(() => connection.status === 'ready');
  const registry = new Registry();
  addRedisMetrics(registry, () => readRedisMemory(connection));
  expect(await registry.metrics()).toMatch(/^imagemill_redis_memory_bytes\{kind="used"\} [1-9]\d+$/m);
  connection.disconnect();
  expect(await registry.metrics()).not.toMatch(/^imagemill_redis_memory_bytes\{/m);
});

test('the limit is shown if there is one', async () => {
  const registry = new Registry();
  addRedisMetrics(registry, async () => ({ usedBytes: 1, maxBytes: 2 }));
  expect(await registry.metrics()).toContain('imagemill_redis_memory_bytes{kind="max"} 2');
});
