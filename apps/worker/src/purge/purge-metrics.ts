import type { Purge } from '@imagemill/queue';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { PurgeTarget } from './purge-target.ts';

export type PurgeMetrics = ReturnType<typeof createPurgeMetrics>;

/** What a worker observes of purges at the CDN. */
export function createPurgeMetrics(registry: Registry, targets: readonly PurgeTarget[]) {
  const registers = [registry];
  const attempts = new Counter({
    name: 'imagemill_purge_attempts_total',
    help: 'Attempts to purge an image at a CDN, by target (cloudfront, webhook) and outcome (accepted, busy, failed).',
    labelNames: ['target', 'outcome'],
    registers,
  });
  const delay = new Histogram({
    name: 'imagemill_purge_delay_seconds',
    help: 'Time from the request of a purge, after the files were deleted, until the target accepted it.',
    labelNames: ['target'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400],
    registers,
  });
  for (const { name: target } of targets) {
    for (const outcome of ['accepted', 'busy', 'failed']) attempts.inc({ target, outcome }, 0);
  }
  return {
    async measure({ name: target, send }: PurgeTarget, purge: Purge, signal: AbortSignal) {
      try {
        const outcome = await send(purge, signal);
        attempts.inc({ target, outcome });
        if (outcome === 'accepted') delay.observe({ target }, (Date.now() - Date.parse(purge.requestedAt)) / 1000);
        return outcome;
      } catch (error) {
        if (!signal.aborted) attempts.inc({ target, outcome: 'failed' });
        throw error;
      }
    },
  };
}
