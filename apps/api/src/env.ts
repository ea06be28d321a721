import { ConfiguredKeys } from '@imagemill/keys';
import { queueEnv } from '@imagemill/queue';
import { flag, httpUrl, list, serviceEnv, whole } from '@imagemill/service';
import { keyWithSecret, storageEnv } from '@imagemill/storage';
import { z } from 'zod';
import { SigningSecrets } from './auth/signing-secrets.ts';

const MIB = 1024 * 1024;
const COUNT_MAX = 100_000_000;

/** The environment variables of the API. */
export const apiEnv = z
  .object({
    ...serviceEnv,
    ...queueEnv,
    ...storageEnv,
    HOST: z.string().default('0.0.0.0').describe('address to listen on'),
    PORT: whole(0, 65_535).prefault('8080').describe('port to listen on'),
    API_BASE_URL: httpUrl()
      .default('http://localhost:8080')
      .describe('how clients reach the API; statusUrl begins with it'),
    API_KEYS: ConfiguredKeys.optional().describe(
      'keys that are let in beside those in Redis, and without it: `tenant:scope+scope:sha256-of-key`, several separated by commas',
    ),
    S3_PUBLIC_ENDPOINT: httpUrl()
      .optional()
      .describe('how uploaders reach the object storage, where it is not S3_ENDPOINT'),
    S3_ALLOW_OVERWRITE: flag()
      .prefault('false')
      .describe('leave `If-None-Match: *` out of upload URLs, for servers that do not know it'),
    FOLLOW_TOKEN_SECRET: SigningSecrets.optional().describe(
      'signs the follow tokens of tickets: at least 32 bytes; several separated by commas, the first signs; no tokens if not set',
    ),
    FOLLOW_TOKEN_TTL_SECONDS: whole(60, 2_592_000)
      .prefault('86400')
      .describe('how long a follow token is valid, from its ticket on'),
    CONSOLE_DIR: z
      .string()
      .optional()
      .describe('folder of the built console, which is served at /console then; the image of the API has it'),
    BOARD_SESSION_SECRET: SigningSecrets.optional().describe(
      "serves BullMQ's own board at /board to who has an admin key, and signs the cookies for it: at least 32 bytes; several separated by commas, the first signs; no board if not set",
    ),
    API_CORS_ORIGINS: list()
      .prefault('')
      .describe('web origins whose pages may call the API, separated by commas; `*` is any, none if not set'),
    MAX_UPLOAD_BYTES: whole(1, 5 * 1024 * MIB)
      .prefault(String(50 * MIB))
      .describe('largest original, in bytes'),
    UPLOAD_URL_TTL_SECONDS: whole(30, 604_800).prefault('900').describe('how long an upload URL is valid'),
    MULTIPART_THRESHOLD: whole(1, 5 * 1024 * MIB)
      .prefault(String(16 * MIB))
      .describe('files up to so many bytes get a PUT, also when their upload in parts was asked for'),
    MULTIPART_TTL_SECONDS: whole(60, 604_800)
      .prefault('86400')
      .describe('how long an image waits for the parts of its upload; the URL of a part lives UPLOAD_URL_TTL_SECONDS'),
    UPLOAD_CHECK_DELAY_MS: whole(0, 600_000)
      .prefault('5000')
      .describe('how long an image waits for the report of its upload before a worker looks by itself'),
    RATE_LIMIT_TICKETS: whole(0, COUNT_MAX)
      .prefault('1000')
      .describe('tickets that a tenant gets in a window, over all processes of the API; 0 for any number'),
    RATE_LIMIT_WINDOW_SECONDS: whole(1, 3600).prefault('10').describe('length of that window'),
    MAX_UNFINISHED_IMAGES: whole(0, COUNT_MAX)
      .prefault('10000')
      .describe('images that a tenant may have between their ticket and their end; 0 for any number'),
    MAX_BACKLOG: whole(0, COUNT_MAX)
      .prefault('100000')
      .describe('jobs in the backlog from which on nobody gets a ticket; 0 for any number'),
    MAX_BACKLOG_SECONDS: whole(0, COUNT_MAX)
      .prefault('0')
      .describe(
        'the same in slot-seconds of work (`predictedSeconds`): what may wait, times all slots of the fleet; 0 for any amount',
      ),
    MAX_LISTENERS: whole(0, 1_000_000)
      .prefault('10000')
      .describe('connections of `/events` and `/ws` that one process of the API holds; 0 for none'),
    MAX_LISTENERS_PER_TENANT: whole(0, 1_000_000).prefault('5000').describe('the same of one tenant'),
    UPLOAD_EVENTS_QUEUE_URL: httpUrl()
      .optional()
      .describe("SQS queue of the originals bucket's events; credentials by the AWS SDK's own chain; off if not set"),
    UPLOAD_EVENTS_REGION: z
      .string()
      .optional()
      .describe("region of that queue, where neither its URL nor the AWS SDK's own settings say it"),
  })
  .superRefine(keyWithSecret);

export type ApiEnv = z.output<typeof apiEnv>;

/** The environment variables of the one-shot bucket set-up. */
export const setupEnv = z
  .object({
    ...storageEnv,
    CORS_ORIGINS: list()
      .prefault('*')
      .describe('web origins that may upload to the originals bucket, separated by commas'),
  })
  .superRefine(keyWithSecret);
