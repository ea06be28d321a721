import { Counter, Histogram, type Registry } from 'prom-client';

const verdicts = ['delivered', 'retry', 'failed'] as const;

/** What a worker observes of webhook deliveries. */
export function createWebhookMetrics(registry: Registry) {
  const registers = [registry];
  const attempts = new Counter({
    name: 'imagemill_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by outcome: delivered, retry (will be tried again), failed (will not).',
    labelNames: ['outcome'],
    registers,
  });
  const delay = new Histogram({
    name: 'imagemill_webhook_delay_seconds',
    help: 'Time from an event until its endpoint accepted it.',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 600, 3600, 14_400, 86_400],
    registers,
  });
  // A counter that starts at 1 shows no increase for its first attempt.
  for (const outcome of verdicts) attempts.inc({ outcome }, 0);
  return {
    attempted(verdict: (typeof verdicts)[number], eventAt: string) {
      attempts.inc({ outcome: verdict });
      if (verdict === 'delivered') delay.observe(Math.max(0, Date.now() - Date.parse(eventAt)) / 1000);
    },
  };
}
