import { queueEnv } from '@imagemill/queue';
import { flag, serviceEnv, whole } from '@imagemill/service';
import { keyWithSecret, storageEnv } from '@imagemill/storage';
import { z } from 'zod';

const MIB = 1024 * 1024;
/** A bound that no picture reaches, for limits that only an operator can know. */
const BIG = 2 ** 40;

const oldRevisions = {
  OLD_REVISION_GRACE_DAYS: whole(0, 3650)
    .prefault('30')
    .describe('how long renditions of an earlier revision stay after their image was made anew'),
};

/** The environment variables of the worker. */
export const workerEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...storageEnv,
    WORKER_CONCURRENCY: whole(1, 64)
      .prefault('4')
      .describe('jobs in hand at once in one worker process; more than cores, so that downloads overlap encoding'),
    ENCODE_CONCURRENCY: whole(1, 128)
      .optional()
      .describe('encodes at once in one worker process; its cores if not set'),
    UV_THREADPOOL_SIZE: whole(1, 1024)
      .prefault('4')
      .describe('threads that Node itself starts before our code runs: at least ENCODE_CONCURRENCY and 4 more'),
    HEALTH_PORT: whole(1, 65_535)
      .optional()
      .describe('port that answers `GET /healthz` for an orchestrator; none if not set'),
    MAX_UPLOAD_BYTES: whole(1, 5 * 1024 * MIB)
      .prefault(String(50 * MIB))
      .describe('largest original, in bytes'),
    MAX_SOURCE_PIXELS: whole(1, BIG)
      .prefault('100000000')
      .describe('most pixels that an original may have; those of all its frames where a variant is animated'),
    MAX_SOURCE_SIDE: whole(1, 65_535)
      .prefault('65535')
      .describe('longest side that an original may have, in pixels; renditions end at 16,383 whatever it is'),
    MAX_SOURCE_FRAMES: whole(1, BIG)
      .prefault('60')
      .describe(
        'most frames that an original may have where a variant is animated; elsewhere only its first frame is used',
      ),
    STRICT_CONTENT_TYPE: flag()
      .prefault('false')
      .describe('reject an original whose format is another accepted one than declared (`type-mismatch`)'),
    RENDER_TIMEOUT_MS: whole(1, 600_000).prefault('20000').describe('longest time that one decode or encode may take'),
    UPLOAD_GRACE_SECONDS: whole(0, 86_400)
      .prefault('300')
      .describe('how long after its URL expired an upload that had begun may still end'),
    RECONCILE_INTERVAL_SECONDS: whole(0, 86_400)
      .prefault('300')
      .describe(
        'how often one worker of the fleet compares buckets and queue and repairs what was forgotten; 0 is never',
      ),
    WEBHOOK_ENDPOINTS_FILE: z
      .string()
      .optional()
      .describe("JSON file with the tenants' webhook endpoints; the same for all workers, no webhooks if not set"),
    WEBHOOK_ALLOW_PRIVATE: flag()
      .prefault('false')
      .describe('for local work: endpoints may be http:// and at private addresses'),
    WEBHOOK_CONCURRENCY: whole(1, 256)
      .prefault('16')
      .describe('webhooks being sent at once by one worker process, half of them at most to one tenant'),
    IMPORT_TIMEOUT_SECONDS: whole(1, 3600)
      .prefault('30')
      .describe('longest time that one download of an import by URL may take, redirects included'),
    IMPORT_ALLOW_PRIVATE: flag()
      .prefault('false')
      .describe('for local work: imports may come from private addresses and any port'),
    ...oldRevisions,
  })
  .superRefine(keyWithSecret);

export type WorkerEnv = z.output<typeof workerEnv>;

/** The environment variables of the one-shot reconciliation. */
export const reconcileEnv = z.object({ ...queueEnv, ...storageEnv, ...oldRevisions }).superRefine(keyWithSecret);
