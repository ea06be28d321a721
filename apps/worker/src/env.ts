import { defaultBudget } from '@imagemill/imaging';
import { queueEnv, turnsEnv } from '@imagemill/queue';
import { flag, serviceEnv, whole } from '@imagemill/service';
import { keyWithSecret, storageEnv } from '@imagemill/storage';
import { z } from 'zod';

const MIB = 1024 * 1024;
/** Larger than any real image: for limits that only the operator can choose. */
const BIG = 2 ** 40;

const oldRevisions = {
  OLD_REVISION_GRACE_DAYS: whole(0, 3650)
    .prefault('30')
    .describe('how long renditions of an earlier revision are kept after the image was rendered again'),
};

/** The environment variables of the worker. */
export const workerEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...turnsEnv,
    ...storageEnv,
    WORKER_CONCURRENCY: whole(1, 64)
      .prefault('4')
      .describe(
        'concurrent jobs per worker process; set it above the number of cores to overlap downloads with encoding',
      ),
    ENCODE_CONCURRENCY: whole(1, 128)
      .optional()
      .describe(
        'concurrent decodes and encodes per worker, in all its engine processes; the number of cores if not set',
      ),
    ENGINE_PROCESSES: whole(1, 128)
      .optional()
      .describe(
        'engine processes per worker, each of which has one image at a time; ENCODE_CONCURRENCY + 1 if not set',
      ),
    IMAGE_CPU_MS: whole(1, 3_600_000)
      .prefault(String(defaultBudget.cpuMs))
      .describe(
        'CPU time of the engine process that one image may use for all its steps, on all threads; more is rejected (`timeout`)',
      ),
    IMAGE_WALL_MS: whole(1, 3_600_000)
      .prefault(String(defaultBudget.wallMs))
      .describe(
        'time that one image may hold an engine process; after that, the attempt fails and is retried, since an overloaded machine may be the reason',
      ),
    IMAGE_MEMORY_MB: whole(16, 1024 * 1024)
      .prefault(String(defaultBudget.memoryBytes / MIB))
      .describe('memory that one image may use in an engine process, in MiB; more is rejected (`too-complex`)'),
    WORKER_MEMORY_MB: whole(512, 16 * 1024 * 1024)
      .optional()
      .describe(
        "memory of the worker with its engine processes, in MiB: images that need much wait for each other; the container's limit, or half of the machine's memory, if not set",
      ),
    HEALTH_PORT: whole(1, 65_535)
      .optional()
      .describe('port that serves `GET /healthz` for an orchestrator; none if not set'),
    MAX_UPLOAD_BYTES: whole(1, 5 * 1024 * MIB)
      .prefault(String(50 * MIB))
      .describe('maximum size of an original, in bytes'),
    MAX_SOURCE_PIXELS: whole(1, BIG)
      .prefault('100000000')
      .describe('maximum pixels of an original; all frames count if a variant is animated'),
    MAX_SOURCE_SIDE: whole(1, 65_535)
      .prefault('65535')
      .describe('maximum width and height of an original, in pixels; renditions are limited to 16,383 in any case'),
    MAX_SOURCE_FRAMES: whole(1, BIG)
      .prefault('60')
      .describe('maximum frames of an original if a variant is animated; otherwise only the first frame is used'),
    STRICT_CONTENT_TYPE: flag()
      .prefault('false')
      .describe(
        'rejects an original whose format differs from the declared one (`type-mismatch`), even if it is accepted',
      ),
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
      .describe('concurrent webhook deliveries per worker process; one tenant gets at most half of them'),
    IMPORT_TIMEOUT_SECONDS: whole(1, 3600)
      .prefault('30')
      .describe('time limit of one download for an import by URL, redirects included'),
    IMPORT_ALLOW_PRIVATE: flag()
      .prefault('false')
      .describe('for local development: allows imports from private addresses and any port'),
    ...oldRevisions,
  })
  .superRefine(keyWithSecret);

export type WorkerEnv = z.output<typeof workerEnv>;

/** The environment variables of the one-shot reconciliation. */
export const reconcileEnv = z.object({ ...queueEnv, ...storageEnv, ...oldRevisions }).superRefine(keyWithSecret);
