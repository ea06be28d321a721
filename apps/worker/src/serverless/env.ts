import { renditionUrlsEnv } from '@imagemill/images/env';
import { engineEnv } from '@imagemill/rendering';
import { httpUrl, serviceEnv, whole } from '@imagemill/service/environment';
import { keyWithSecret, publicStorageEnv, storageEnv } from '@imagemill/storage';
import { z } from 'zod';
import { serviceWithSecret } from '../moderation/env.ts';
import { purgeEnv, webhookWithSecret } from '../purge/env.ts';
import { renderEnv } from '../render/env.ts';

const { LOG_LEVEL, CDN_BASE_URL, VARIANT_SETS_FILE } = serviceEnv;
const { EDGE_BASE_URL } = renditionUrlsEnv;
const RENDER_QUEUE_URL = httpUrl().describe(
  "SQS queue of the Lambda renderer, with the originals bucket's events and the orders of the API",
);

/** The environment variables of the Lambda renderer. */
export const lambdaEnv = z
  .object({
    LOG_LEVEL,
    CDN_BASE_URL,
    VARIANT_SETS_FILE,
    EDGE_BASE_URL,
    RENDER_QUEUE_URL,
    ...storageEnv,
    ...publicStorageEnv,
    ...engineEnv,
    ...renderEnv,
    ...purgeEnv,
    // Set by Lambda itself.
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: whole(512, 10_240)
      .optional()
      .describe('memory of the function in MiB, which Lambda sets'),
  })
  .superRefine(keyWithSecret)
  .superRefine(webhookWithSecret)
  .superRefine(serviceWithSecret);
export type LambdaEnv = z.output<typeof lambdaEnv>;

/** The environment variables of the function that redrives the dead letters of the Lambda renderer. */
export const redriveEnv = z
  .object({
    LOG_LEVEL,
    RENDER_QUEUE_URL,
    ...storageEnv,
    DEAD_LETTERS_URL: httpUrl().describe('SQS queue with the dead letters of the renderer'),
    PARKED_LETTERS_URL: httpUrl().describe(
      'SQS queue for dead letters that have failed after every redrive, for an operator',
    ),
  })
  .superRefine(keyWithSecret);
export type RedriveEnv = z.output<typeof redriveEnv>;

/** The environment variables of the function that finds uploads whose event was lost. */
export const sweepEnv = z
  .object({
    LOG_LEVEL,
    RENDER_QUEUE_URL,
    ...storageEnv,
    UPLOAD_LOST_AFTER_SECONDS: whole(1, 7 * 24 * 3600)
      .prefault('3600')
      .describe(
        'age from which an upload that was not rendered is ordered again, as its event may be lost; longer than uploads wait in the queue, else their messages come twice',
      ),
  })
  .superRefine(keyWithSecret);
export type SweepEnv = z.output<typeof sweepEnv>;
