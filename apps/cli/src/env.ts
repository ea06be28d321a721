import { queueEnv } from '@imagemill/queue/env';
import { httpUrl, list, serviceEnv, whole } from '@imagemill/service/environment';
import { storageEnv } from '@imagemill/storage/env';
import { SigningKeys } from '@imagemill/variants';
import { z } from 'zod';

const port = (fallback: number) => whole(0, 65_535).prefault(String(fallback));

const folder = z.string().default('.imagemill').describe("folder for the local stack's data, logs and stack.json");

/** The environment variables of `start` and `stack`. The API's and worker's own variables are passed on to them. */
export const stackEnv = z.object({
  IMAGEMILL_DIR: folder,
  API_PORT: port(8080).describe('port of the local API; 0 picks a free one'),
  EDGE_PORT: port(8081).describe('port of the local edge; 0 picks a free one'),
  S3_PORT: port(9000).describe('port of the local S3 server; 0 picks a free one'),
  REDIS_PORT: port(0).describe('port of the local Redis; 0 picks a free one'),
  WORKERS: whole(0, 32).prefault('1').describe('number of worker processes'),
  EDGES: whole(0, 1).prefault('1').describe('number of edge processes, 0 or 1'),
  REDIS_URL: z.url().optional().describe('existing Redis to use instead of a local one'),
  REDIS_SERVER_BIN: z.string().optional().describe('redis-server binary for the local Redis; searched for if not set'),
  S3_ENDPOINT: z.url().optional().describe('existing S3 server to use instead of the local one'),
  S3_REGION: storageEnv.S3_REGION,
  S3_ACCESS_KEY_ID: z.string().optional().describe('access key; required with S3_ENDPOINT'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('secret of the access key; required with S3_ENDPOINT'),
  ORIGINALS_BUCKET: storageEnv.ORIGINALS_BUCKET,
  CDN_BUCKET: storageEnv.CDN_BUCKET,
  CDN_BASE_URL: serviceEnv.CDN_BASE_URL.optional().describe(
    'public URL of the pictures; the edge, or without one the bucket, if not set',
  ),
  CORS_ORIGINS: list().prefault('*').describe('web origins whose pages may upload, separated by commas'),
});
export type StackEnv = z.output<typeof stackEnv>;

/** The environment variable of `reconcile`, in addition to those that its worker reads. */
export const reconcileEnv = z.object({ IMAGEMILL_DIR: folder });

/** The environment variables of every command that calls the API: those with `withTarget`. */
export const targetEnv = z.object({
  IMAGEMILL_DIR: folder,
  IMAGEMILL_API_URL: httpUrl().optional().describe("URL of the API; the local stack's if not set"),
  IMAGEMILL_API_KEY: z.string().optional().describe("API key; the local stack's if not set"),
});

/** The environment variables of `sign`. */
export const signEnv = z.object({
  IMAGEMILL_DIR: folder,
  EDGE_SIGNING_KEYS: SigningKeys.optional().describe(
    "keys that sign URLs of any size: `kid:tenant:secret,…`, each secret 32 random bytes in hex or base64url; the local stack's if not set",
  ),
  CDN_BASE_URL: httpUrl().optional().describe("URL of the CDN or the edge; the local stack's if not set"),
});

/** The environment variables of `keys`. */
export const keysEnv = z.object({
  IMAGEMILL_DIR: folder,
  ...queueEnv,
  REDIS_URL: queueEnv.REDIS_URL.optional().describe("Redis that stores the API keys; the local stack's if not set"),
});
