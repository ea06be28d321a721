import { renditionUrlsEnv } from '@imagemill/images/env';
import { ConfiguredKeys } from '@imagemill/keys';
import { queueEnv, turnsEnv } from '@imagemill/queue/env';
import { flag, httpUrl, list, serviceEnv, whole } from '@imagemill/service/environment';
import { keyWithSecret, publicStorageEnv, storageEnv } from '@imagemill/storage/env';
import { z } from 'zod';
import { SigningSecrets } from './auth/signing-secrets.ts';
import { refuseDevelopmentSecrets } from './development-secrets.ts';
import { queueOfRenderer } from './serverless/queue-of-renderer.ts';

const MIB = 1024 * 1024;
const COUNT_MAX = 100_000_000;

/** The environment variables of the API. */
export const apiEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...turnsEnv,
    ...storageEnv,
    ...renditionUrlsEnv,
    HOST: z.string().default('0.0.0.0').describe('address to listen on'),
    PORT: whole(0, 65_535).prefault('8080').describe('port to listen on'),
    PUBLISHED_ADDRESS: z
      .string()
      .optional()
      .describe(
        'address at which the port of a container is published; HOST if not set. Development secrets are refused unless it is a loopback address',
      ),
    API_BASE_URL: httpUrl()
      .default('http://localhost:8080')
      .describe('public base URL of the API; every statusUrl starts with it'),
    API_KEYS: ConfiguredKeys.optional().describe(
      'API keys accepted in addition to those in Redis, also while Redis is down: `tenant:scope+scope:sha256-of-key`, separated by commas',
    ),
    ...publicStorageEnv,
    S3_ALLOW_OVERWRITE: flag()
      .prefault('false')
      .describe('omits `If-None-Match: *` from upload URLs, for servers that do not support it'),
    FOLLOW_TOKEN_SECRET: SigningSecrets.optional().describe(
      'secrets that sign the follow tokens of tickets: at least 32 bytes each, separated by commas, the first one signs; no tokens if not set',
    ),
    FOLLOW_TOKEN_TTL_SECONDS: whole(60, 2_592_000)
      .prefault('86400')
      .describe('lifetime of a follow token, counted from its ticket'),
    CONSOLE_DIR: z
      .string()
      .optional()
      .describe(
        "folder of the built console, served at /console; set in the API's container image; no console if not set",
      ),
    BOARD_SESSION_SECRET: SigningSecrets.optional().describe(
      "secrets that sign the session cookies of BullMQ's board, served at /board to holders of an admin key: at least 32 bytes each, separated by commas, the first one signs; no board if not set",
    ),
    API_CORS_ORIGINS: list()
      .prefault('')
      .describe('web origins whose pages may call the API, separated by commas; `*` allows any; none if not set'),
    MAX_UPLOAD_BYTES: whole(1, 5 * 1024 * MIB)
      .prefault(String(50 * MIB))
      .describe('maximum size of an original, in bytes'),
    UPLOAD_URL_TTL_SECONDS: whole(30, 604_800).prefault('900').describe('lifetime of an upload URL'),
    MULTIPART_THRESHOLD: whole(1, 5 * 1024 * MIB)
      .prefault(String(16 * MIB))
      .describe('files up to this size in bytes get a single PUT, even if a multipart upload was requested'),
    MULTIPART_TTL_SECONDS: whole(60, 604_800)
      .prefault('86400')
      .describe('time allowed for a whole multipart upload; each part URL is valid for UPLOAD_URL_TTL_SECONDS'),
    UPLOAD_CHECK_DELAY_MS: whole(0, 600_000)
      .prefault('5000')
      .describe('how long an image waits for an upload notification before a worker looks for the upload'),
    RATE_LIMIT_TICKETS: whole(0, COUNT_MAX)
      .prefault('1000')
      .describe('maximum tickets per tenant and window, across all API processes; 0 for no limit'),
    RATE_LIMIT_READS: whole(0, COUNT_MAX)
      .prefault('5000')
      .describe(
        'maximum reads (status, live connections, each image that a listing looks up; seven for an image that does not exist) per tenant, window and API process; 0 for no limit',
      ),
    RATE_LIMIT_CHANGES: whole(0, COUNT_MAX)
      .prefault('3000')
      .describe(
        'maximum changes (complete, parts, reprocess, delete; seven for an image that does not exist) per tenant and window, across all API processes; 0 for no limit',
      ),
    MAX_DELETIONS_PER_DAY: whole(0, COUNT_MAX)
      .prefault('10000')
      .describe('maximum deletions per tenant and day; 0 for no limit'),
    RATE_LIMIT_WINDOW_SECONDS: whole(1, 3600).prefault('10').describe('length of the rate-limit window'),
    MAX_UNFINISHED_IMAGES: whole(0, COUNT_MAX)
      .prefault('1000')
      .describe('maximum unfinished images per tenant; 0 for no limit'),
    MAX_REJECTIONS_IN_A_ROW: whole(0, COUNT_MAX)
      .prefault('10')
      .describe(
        'uploads of a tenant rejected in a row, from which it gets one ticket a second until one is accepted; 0 for no limit',
      ),
    MAX_BACKLOG: whole(0, COUNT_MAX)
      .prefault('100000')
      .describe('backlog, in jobs, from which each tenant gets no more tickets than its share; 0 for no limit'),
    MAX_BACKLOG_SECONDS: whole(0, COUNT_MAX)
      .prefault('0')
      .describe(
        'backlog, in slot-seconds of predicted work (`predictedSeconds`), from which each tenant gets no more tickets than its share: the acceptable wait times the slots of the fleet; 0 for no limit',
      ),
    MAX_CONNECTIONS: whole(1, 1_000_000)
      .prefault('20000')
      .describe('maximum open connections per API process, live ones included; further ones are closed at once'),
    MAX_LISTENERS: whole(0, 1_000_000)
      .prefault('10000')
      .describe('maximum `/events` and `/ws` connections per API process; 0 allows none'),
    MAX_LISTENERS_PER_TENANT: whole(0, 1_000_000)
      .prefault('5000')
      .describe('maximum `/events` and `/ws` connections per tenant and API process; at most 80 % of MAX_LISTENERS'),
    MAX_LISTENERS_PER_IMAGE: whole(0, 1_000_000)
      .prefault('100')
      .describe('maximum `/events` and `/ws` connections per image and API process'),
    MAX_LISTENERS_PER_TOKEN: whole(0, 1_000_000)
      .prefault('20')
      .describe('maximum `/events` and `/ws` connections per follow token and API process'),
    UPLOAD_EVENTS_QUEUE_URL: httpUrl()
      .optional()
      .describe("SQS queue with the originals bucket's events; uses the AWS SDK's credential chain; off if not set"),
    UPLOAD_EVENTS_REGION: z
      .string()
      .optional()
      .describe("region of the SQS queue, if neither its URL nor the AWS SDK's settings contain it"),
    RENDERER: z
      .enum(['workers', 'lambda'])
      .default('workers')
      .describe(
        'the program that renders: `workers` take jobs from Redis, `lambda` is a function behind RENDER_QUEUE_URL',
      ),
    RENDER_QUEUE_URL: httpUrl()
      .optional()
      .describe(
        "SQS queue of the Lambda renderer, which also gets the originals bucket's events; uses the AWS SDK's credential chain and region; required with RENDERER=lambda",
      ),
  })
  .superRefine(queueOfRenderer)
  .superRefine(keyWithSecret)
  .superRefine(refuseDevelopmentSecrets);

export type ApiEnv = z.output<typeof apiEnv>;

/** The environment variables of the one-shot bucket set-up. */
export const setupEnv = z
  .object({
    ...storageEnv,
    CORS_ORIGINS: list()
      .prefault('*')
      .describe('web origins that may upload to the originals bucket, separated by commas'),
    S3_DENY_PUBLISHING: flag()
      .prefault('false')
      .describe(
        'sets a policy on the originals bucket that denies uploads with ACLs, grants and copy sources, for servers that obey unsigned headers, such as Ceph',
      ),
  })
  .superRefine(keyWithSecret);
