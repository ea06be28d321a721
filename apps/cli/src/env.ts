import { queueEnv } from '@imagemill/queue/env';
import { httpUrl, list, serviceEnv, whole } from '@imagemill/service';
import { storageEnv } from '@imagemill/storage/env';
import { z } from 'zod';

const port = (fallback: number) => whole(0, 65_535).prefault(String(fallback));

const folder = z.string().default('.imagemill').describe('where the local stack keeps its data, logs and stack.json');

/** The environment variables of `start` and `stack`; those of the API and the worker are passed on to them. */
export const stackEnv = z.object({
  IMAGEMILL_DIR: folder,
  API_PORT: port(8080).describe('port of the local API; 0 is any free one'),
  S3_PORT: port(9000).describe('port of the local S3 server; 0 is any free one'),
  REDIS_PORT: port(0).describe('port of the local Redis; 0 is any free one'),
  WORKERS: whole(0, 32).prefault('1').describe('worker processes of the local stack'),
  REDIS_URL: z.url().optional().describe('a Redis to use instead of a local one'),
  REDIS_SERVER_BIN: z.string().optional().describe('the redis-server to run as the local one; else one is looked for'),
  S3_ENDPOINT: z.url().optional().describe('an S3 server to use instead of the local one'),
  S3_REGION: storageEnv.S3_REGION,
  S3_ACCESS_KEY_ID: z.string().optional().describe('access key; needed with S3_ENDPOINT'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('its secret; needed with S3_ENDPOINT'),
  ORIGINALS_BUCKET: storageEnv.ORIGINALS_BUCKET,
  CDN_BUCKET: storageEnv.CDN_BUCKET,
  CDN_BASE_URL: serviceEnv.CDN_BASE_URL.optional().describe('public address of the CDN bucket, if not the S3 server'),
  CORS_ORIGINS: list().prefault('*').describe('web origins that may upload, separated by commas'),
});
export type StackEnv = z.output<typeof stackEnv>;

/** The environment variables of `upload`, `list` and `delete`. */
export const uploadEnv = z.object({
  IMAGEMILL_DIR: folder,
  IMAGEMILL_API_URL: httpUrl().optional().describe('API to use; the local stack if not set'),
  IMAGEMILL_API_KEY: z.string().optional().describe("API key; the local stack's if not set"),
});

/** The environment variables of `keys`. */
export const keysEnv = z.object({
  IMAGEMILL_DIR: folder,
  REDIS_URL: queueEnv.REDIS_URL.optional().describe("Redis that keeps the API keys; the local stack's if not set"),
  QUEUE_PREFIX: queueEnv.QUEUE_PREFIX,
});
