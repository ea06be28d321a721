import type { Moderation } from '@imagemill/manifests';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface ModerationMetrics {
  judged(moderation: Moderation): void;
  /** Measures how long the service takes, retries included. */
  time<T>(ask: () => Promise<T>): Promise<T>;
}

export function createModerationMetrics(registry: Registry, isDown: () => boolean): ModerationMetrics {
  const registers = [registry];
  const verdicts = new Counter({
    name: 'imagemill_moderation_verdicts_total',
    help: 'Verdicts on images (allow, hold, reject), by the service or, while it is down, by the policy.',
    labelNames: ['verdict', 'by'],
    registers,
  });
  const duration = new Histogram({
    name: 'imagemill_moderation_seconds',
    help: 'Time until the moderation service has answered, retries included.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90],
    registers,
  });
  new Gauge({
    name: 'imagemill_moderation_down',
    help: '1 while the moderation service does not answer and is not asked.',
    registers,
    collect() {
      this.set(isDown() ? 1 : 0);
    },
  });
  return {
    judged: ({ verdict, by }) => verdicts.inc({ verdict, by }),
    async time(ask) {
      const end = duration.startTimer();
      try {
        return await ask();
      } finally {
        end();
      }
    },
  };
}
