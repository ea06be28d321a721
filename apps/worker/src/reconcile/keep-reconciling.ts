import { setTimeout as delay } from 'node:timers/promises';
import type { Rounds } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import { reconcile } from './reconcile.ts';
import type { ReconcileServices } from './sweep.ts';

/** How often a worker checks whether a round is due. After a loss of Redis a round is due at once. */
const CHECK_INTERVAL_MS = 10_000;
/** Limit of one round; the next round continues from there. 100 pages of originals are 100,000 images. */
const PAGES_PER_ROUND = 100;

/** Reconciles at intervals, one worker of the fleet at a time, until it is closed. Failures are logged and retried. */
export function keepReconciling(options: {
  readonly services: ReconcileServices;
  readonly rounds: Rounds;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Settles when the first round can begin. After a rejection that round fails, and is logged like any other failure. */
  readonly connected: (signal: AbortSignal) => Promise<unknown>;
}): { close(): Promise<void> } {
  const { services, rounds, intervalMs, logger, connected } = options;
  const closing = new AbortController();
  const { signal } = closing;

  async function doRound(): Promise<void> {
    const round = await rounds.take(intervalMs);
    if (!round) return;
    const summary = await reconcile(services, {
      dryRun: false,
      pagesMax: PAGES_PER_ROUND,
      from: round.from,
      signal,
      onFinding: ({ kind, imageId, images, repair }) =>
        logger.warn({ kind, imageId, images, repaired: repair !== undefined }, 'reconciler finding'),
      onPage: (next) => round.reached(next),
    });
    logger.info(summary, 'reconciled');
  }

  async function run(): Promise<void> {
    await connected(signal).catch(() => {});
    while (!signal.aborted) {
      await doRound().catch((err: unknown) => {
        if (!signal.aborted) logger.warn({ err }, 'reconciling failed, will retry');
      });
      await delay(CHECK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort(new Error('The worker is shutting down.'));
      await running;
    },
  };
}
