import { renditionUrlsEnv } from '@imagemill/images/env';
import { queueEnv, turnsEnv } from '@imagemill/queue';
import { engineEnv } from '@imagemill/rendering';
import { flag, serviceEnv, whole } from '@imagemill/service';
import { keyWithSecret, publicStorageEnv, storageEnv } from '@imagemill/storage';
import { z } from 'zod';
import { serviceWithSecret } from './moderation/env.ts';
import { purgeEnv, purgeTargetsEnv, webhookWithSecret } from './purge/env.ts';
import { renderEnv } from './render/env.ts';

const retention = {
  OLD_REVISION_GRACE_DAYS: whole(0, 3650)
    .prefault('30')
    .describe('how long renditions of an earlier revision are kept after the image was rendered again'),
  MODERATION_HELD_DAYS: whole(1, 3650)
    .prefault('30')
    .describe('how long an image is held for an operator; after that it is rejected (`moderation-expired`)'),
  STORED_SIZE_DAYS: whole(1, 3650)
    .prefault('30')
    .describe('how long sizes that an edge has made on request are kept; they are made again when they are needed'),
};

/** The environment variables of the worker. */
export const workerEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...turnsEnv,
    ...storageEnv,
    ...engineEnv,
    ...purgeEnv,
    ...renderEnv,
    ...publicStorageEnv,
    ...renditionUrlsEnv,
    WORKER_CONCURRENCY: whole(1, 64)
      .prefault('4')
      .describe(
        'concurrent jobs per worker process; set it above the number of cores to overlap downloads with encoding',
      ),
    WORKER_MEMORY_MB: whole(512, 16 * 1024 * 1024)
      .optional()
      .describe(
        "memory of the worker with its engine processes, in MiB: images that need much wait for each other; the container's limit, or half of the machine's memory, if not set",
      ),
    HEALTH_PORT: whole(1, 65_535)
      .optional()
      .describe('port that serves `GET /healthz` for an orchestrator; none if not set'),
    HEALTH_HOST: z
      .string()
      .default('127.0.0.1')
      .describe('address that HEALTH_PORT listens on; `0.0.0.0` for a probe from outside of the container'),
    UPLOAD_GRACE_SECONDS: whole(0, 86_400)
      .prefault('300')
      .describe('grace period after the upload URL has expired, for an upload that is still in flight'),
    RECONCILE_INTERVAL_SECONDS: whole(0, 86_400)
      .prefault('300')
      .describe(
        'interval at which one worker of the fleet compares the buckets with the queue and repairs lost jobs; 0 for never',
      ),
    WEBHOOK_ENDPOINTS_FILE: z
      .string()
      .optional()
      .describe("JSON file with the tenants' webhook endpoints, the same for all workers; no webhooks if not set"),
    WEBHOOK_ALLOW_PRIVATE: flag()
      .prefault('false')
      .describe('for local development: allows webhook endpoints with http:// and at private addresses'),
    WEBHOOK_CONCURRENCY: whole(1, 256)
      .prefault('16')
      .describe(
        'concurrent webhook deliveries per worker process; one tenant gets at most half of them, less if others use theirs, and all tenants with slow endpoints get one together',
      ),
    ...retention,
  })
  .superRefine(keyWithSecret)
  .superRefine(webhookWithSecret)
  .superRefine(serviceWithSecret);

export type WorkerEnv = z.output<typeof workerEnv>;

/** The environment variables of the one-shot reconciliation. */
export const reconcileEnv = z
  .object({
    ...queueEnv,
    ...storageEnv,
    ...purgeTargetsEnv,
    ...retention,
    VARIANT_SETS_FILE: serviceEnv.VARIANT_SETS_FILE,
  })
  .superRefine(keyWithSecret);
