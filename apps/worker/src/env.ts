import { queueEnv } from '@imagemill/queue';
import { serviceEnv } from '@imagemill/service';
import { storageEnv } from '@imagemill/storage';
import { z } from 'zod';

const MIB = 1024 * 1024;
const count = () => z.coerce.number().int().positive();

/** The environment variables of the worker. */
export const workerEnv = z.object({
  ...serviceEnv,
  ...queueEnv,
  ...storageEnv,
  WORKER_CONCURRENCY: count()
    .max(64)
    .default(4)
    .describe('jobs in hand at once in one worker process; more than cores, so that downloads overlap encoding'),
  ENCODE_CONCURRENCY: count()
    .max(128)
    .optional()
    .describe('encodes at once in one worker process; its cores if not set'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('port that answers `GET /healthz` for an orchestrator; none if not set'),
  MAX_UPLOAD_BYTES: count()
    .max(5 * 1024 * MIB)
    .default(50 * MIB)
    .describe('largest original, in bytes'),
  MAX_SOURCE_PIXELS: count()
    .default(100_000_000)
    .describe('most pixels that an original may have, all its frames together'),
  MAX_SOURCE_FRAMES: count().default(60).describe('most frames that an animated original may have'),
  RENDER_TIMEOUT_MS: count().max(600_000).default(20_000).describe('longest time that one decode or encode may take'),
  UPLOAD_GRACE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('how long after its URL expired an upload that had begun may still end'),
});
