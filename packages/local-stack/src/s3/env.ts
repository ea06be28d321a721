import { list } from '@imagemill/service/environment';
import { z } from 'zod';

/** The environment variables of the embedded S3 server. */
export const s3ServerEnv = z
  .object({
    S3_HOST: z.string().default('127.0.0.1').describe('address to listen on'),
    S3_PORT: z.coerce.number().int().min(0).max(65_535).describe('port to listen on; 0 picks a free one'),
    S3_DATA_DIR: z.string().min(1).describe('folder for objects and their metadata'),
    S3_REGION: z.string().default('us-east-1').describe('region that requests must be signed for'),
    S3_ACCESS_KEY_ID: z.string().min(1).describe('the only access key'),
    S3_SECRET_ACCESS_KEY: z.string().min(1).describe('secret of the access key'),
    S3_BUCKETS: list().prefault('').describe('buckets that the server creates at its start if they are missing'),
    S3_EVENTS_WEBHOOK_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .optional()
      .describe('URL that receives object-created events as POSTs; no events if not set'),
    S3_EVENTS_KEY_PREFIX: z
      .string()
      .default('')
      .describe('key prefix of the objects that cause events; all objects if not set'),
    S3_EVENTS_WEBHOOK_TOKEN: z.string().optional().describe('bearer token sent with events'),
  })
  .refine((env) => env.S3_EVENTS_WEBHOOK_TOKEN === undefined || env.S3_EVENTS_WEBHOOK_URL !== undefined, {
    path: ['S3_EVENTS_WEBHOOK_TOKEN'],
    message: 'needs S3_EVENTS_WEBHOOK_URL',
  });
