import { once } from 'node:events';
import {
  createFingerprints,
  createImageIndex,
  createProducerConnection,
  createRenderQueue,
  createRounds,
  type RedisAddress,
} from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { WorkerEnv } from '../env.ts';
import { keepReconciling } from './keep-reconciling.ts';
import type { ReconcileServices } from './sweep.ts';

const CONNECT_WITHIN_MS = 10_000;

interface ReconcilingOptions {
  readonly redis: RedisAddress;
  readonly prefix: string;
  readonly weights: WorkerEnv['TENANT_WEIGHTS'];
  readonly intervalSeconds: number;
  readonly services: Omit<ReconcileServices, 'queue' | 'index' | 'fingerprints'>;
  readonly logger: Logger;
}

/** Reconciles until it is closed. It uses a separate connection, which fails fast while Redis is down; the worker's waits. */
export function startReconciling(options: ReconcilingOptions): { close(): Promise<void> } {
  const { redis, prefix, weights, intervalSeconds, logger } = options;
  const connection = createProducerConnection(redis);
  // Each round logs its own failure.
  connection.on('error', () => {});
  const reconciling = keepReconciling({
    services: {
      ...options.services,
      queue: createRenderQueue({ connection, prefix, weights }),
      index: createImageIndex(connection, prefix),
      fingerprints: createFingerprints(connection, prefix),
    },
    rounds: createRounds(connection, prefix, 'reconcile'),
    intervalMs: intervalSeconds * 1000,
    logger,
    connected: (signal) => once(connection, 'ready', { signal: AbortSignal.any([signal, timeout()]) }),
  });
  return {
    async close() {
      await reconciling.close();
      connection.disconnect();
    },
  };
}

const timeout = () => AbortSignal.timeout(CONNECT_WITHIN_MS);
