import { flag, whole } from '@imagemill/service';
import type { z } from 'zod';
import { moderationEnv } from '../moderation/env.ts';

/** The environment variables of every program that renders images for good: workers, and the Lambda renderer. */
export const renderEnv = {
  ...moderationEnv,
  STRICT_CONTENT_TYPE: flag()
    .prefault('false')
    .describe(
      'rejects an original whose format differs from the declared one (`type-mismatch`), even if it is accepted',
    ),
  IMPORT_TIMEOUT_SECONDS: whole(1, 3600)
    .prefault('30')
    .describe('time limit of one download for an import by URL, redirects included'),
  IMPORT_ALLOW_PRIVATE: flag()
    .prefault('false')
    .describe('for local development: allows imports from private addresses and any port'),
};

export type RenderEnv = z.output<z.ZodObject<typeof renderEnv>>;
