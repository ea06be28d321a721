import { list, serviceEnv } from '@imagemill/service';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** The environment variables of `start` and `stack`; those of the API and the worker are passed on to them. */
export const stackEnv = z.object({
  IMAGEMILL_DIR: z.string().default('.imagemill').describe('where the local stack keeps its data, logs and stack.json'),
  API_PORT: port(8080).describe('port of the local API; 0 is any free one'),
  S3_PORT: port(9000).describe('port of the local S3 server; 0 is any free one'),
  REDIS_PORT: port(0).describe('port of the local Redis; 0 is any free one'),
  WORKERS: z.coerce.number().int().min(0).max(32).default(1).describe('worker processes of the local stack'),
  REDIS_URL: z.url().optional().describe('a Redis to use instead of a local one'),
  S3_ENDPOINT: z.url().optional().describe('an S3 server to use instead of the local one'),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  ORIGINALS_BUCKET: z.string().default('imagemill-originals'),
  CDN_BUCKET: z.string().default('imagemill-cdn'),
  CDN_BASE_URL: serviceEnv.CDN_BASE_URL.optional(),
  CORS_ORIGINS: list().default(['*']),
});
export type StackEnv = z.output<typeof stackEnv>;
