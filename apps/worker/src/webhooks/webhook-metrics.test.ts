import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createWebhookMetrics } from './webhook-metrics.ts';

test('counts attempts by outcome, and times deliveries from their event', async () => {
  const registry = new Registry();
  const { attempted } = createWebhookMetrics(registry);
  const hourAgo = new Date(Date.now() - 3_500_000).toISOString();
  attempted('retry', hourAgo);
  attempted('delivered', hourAgo);
  const text = await registry.metrics();
  expect(text).toContain('imagemill_webhook_attempts_total{outcome="delivered"} 1');
  expect(text).toContain('imagemill_webhook_attempts_total{outcome="retry"} 1');
  expect(text).toContain('imagemill_webhook_attempts_total{outcome="failed"} 0');
  expect(text).toMatch(/imagemill_webhook_delay_seconds_bucket\{le="600"\} 0\n.*\{le="3600"\} 1/);
});
