import { createRenderQueue, runLookLane } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import type { WorkerEnv } from '../env.ts';
import { createLookMetrics } from '../metrics/look-metrics.ts';
import type { BackendWatch } from '../outages/watch-backends.ts';
import { createFindUploads } from './find-uploads.ts';

interface LookingParts {
  readonly watch: Pick<BackendWatch, 'ofLooks'>;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Looks for uploads that were not reported, beside the worker's jobs. */
export function startLooking(
  env: WorkerEnv,
  { connection, originals }: Pick<Backends, 'connection' | 'originals'>,
  { watch, logger, registry }: LookingParts,
) {
  const prefix = env.QUEUE_PREFIX;
  const { looks } = createLookMetrics(registry);
  return runLookLane({
    connection,
    prefix,
    queue: createRenderQueue({ connection, prefix, weights: env.TENANT_WEIGHTS }),
    find: createFindUploads(originals),
    outages: watch.ofLooks,
    uploadGraceMs: env.UPLOAD_GRACE_SECONDS * 1000,
    onError: (err) => logger.warn({ err }, 'looks for uploads failed'),
    onLooked: (result, count) => looks.inc({ result }, count),
  });
}
