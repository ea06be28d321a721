import { queueEnv } from '@imagemill/queue';
import { engineEnv } from '@imagemill/rendering';
import { flag, serviceEnv, whole } from '@imagemill/service';
import { keyWithSecret, storageEnv } from '@imagemill/storage';
import { defaultSizeSteps, OpenSizes, SizeSteps, signingEnv } from '@imagemill/variants';
import { z } from 'zod';

/** The environment variables of the edge. */
export const edgeEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...storageEnv,
    ...engineEnv,
    EDGE_HOST: z.string().default('0.0.0.0').describe('address that the edge listens on'),
    EDGE_PORT: whole(0, 65_535).prefault('8081').describe('port that the edge listens on'),
    EDGE_MAX_CONNECTIONS: whole(1, 1_000_000)
      .prefault('20000')
      .describe('open connections per edge process; further ones are closed at once'),
    EDGE_REQUEST_TIMEOUT_MS: whole(100, 50_000)
      .prefault('30000')
      .describe(
        'time limit of a request for a picture that must be rendered; after that, 503. Less than the minute after which a deleted image is purged again',
      ),
    EDGE_QUEUE_MAX: whole(1, 100_000)
      .prefault('200')
      .describe('renders that may wait per edge process; further ones are answered with 503 and `Retry-After`'),
    EDGE_TENANT_SHARE_PERCENT: whole(1, 100)
      .prefault('50')
      .describe('share of the render queue, and of all misses, that the images of one tenant may take, in percent'),
    EDGE_CACHE_MB: whole(0, 1024 * 1024)
      .prefault('64')
      .describe('memory for small renditions that are requested often, in MiB; 0 for none'),
    EDGE_MEMORY_MB: whole(512, 16 * 1024 * 1024)
      .optional()
      .describe(
        "memory of the edge with its engine processes, in MiB; the container's limit, or half of the machine's memory, if not set",
      ),
    EDGE_MAX_AGE_SECONDS: whole(0, 31_536_000)
      .prefault('3600')
      .describe('how long caches keep a picture whose URL names no revision'),
    EDGE_STALE_SECONDS: whole(0, 31_536_000)
      .prefault('86400')
      .describe(
        'how long, after EDGE_MAX_AGE_SECONDS, caches may serve the picture while they fetch the current one (`stale-while-revalidate`)',
      ),
    ...signingEnv,
    EDGE_OPEN_SIZES: OpenSizes.prefault('').describe(
      'sizes that need no signature, as width x height : fit, such as `300x300:cover,800x600:inside`',
    ),
    EDGE_SIZE_STEPS: SizeSteps.prefault(defaultSizeSteps.join(',')).describe(
      'sides of signed sizes, in pixels: a size is moved to the next one',
    ),
    EDGE_SIZES_MAX: whole(1, 500).prefault('64').describe('stored sizes of one image; further ones are refused'),
    EDGE_TRUST_TRACEPARENT: flag()
      .prefault('false')
      .describe(
        'whether traces of the edge continue that of the header `traceparent`; only behind a CDN or a proxy that replaces or removes the header of its clients',
      ),
    EDGE_LAZY_ENGINE: flag()
      .prefault('false')
      .describe('for local development: starts the engine processes at the first render instead of at start'),
  })
  .superRefine(keyWithSecret);

export type EdgeEnv = z.output<typeof edgeEnv>;
