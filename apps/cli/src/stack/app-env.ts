import { createHash } from 'node:crypto';
import { configuredKeyEntry } from '@imagemill/keys';
import type { StackEnv } from '../env.ts';
import type { Backends } from './backends.ts';

/** The environment of the API and the workers: the caller's own, with the local stack's addresses filled in. */
export function appEnv(
  env: StackEnv,
  keys: { apiKey: string; adminKey: string },
  api: { port: number; url: string },
  { addresses }: Backends,
  consoleDir: string | undefined,
) {
  const cdnBaseUrl = env.CDN_BASE_URL ?? `${addresses.s3Endpoint}/${env.CDN_BUCKET}`;
  const entries = [
    configuredKeyEntry(keys.apiKey, 'demo', ['upload']),
    configuredKeyEntry(keys.adminKey, 'demo', ['admin', 'storage']),
  ];
  return {
    cdnBaseUrl,
    env: {
      ...process.env,
      // Read by Node itself at start: see the worker's variables in docs/configuration.md.
      UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '32',
      HOST: '127.0.0.1',
      PORT: String(api.port),
      API_BASE_URL: api.url,
      FOLLOW_TOKEN_SECRET: process.env.FOLLOW_TOKEN_SECRET ?? secretFor('follow tokens', keys.adminKey),
      ...(consoleDir !== undefined && { CONSOLE_DIR: consoleDir }),
      BOARD_SESSION_SECRET: process.env.BOARD_SESSION_SECRET ?? secretFor('board sessions', keys.adminKey),
      API_KEYS: [...entries, process.env.API_KEYS].filter(Boolean).join(','),
      CDN_BASE_URL: cdnBaseUrl,
      REDIS_URL: addresses.redisUrl,
      S3_ENDPOINT: addresses.s3Endpoint,
      S3_REGION: env.S3_REGION,
      S3_ACCESS_KEY_ID: addresses.s3AccessKeyId,
      S3_SECRET_ACCESS_KEY: addresses.s3SecretAccessKey,
      ORIGINALS_BUCKET: env.ORIGINALS_BUCKET,
      CDN_BUCKET: env.CDN_BUCKET,
    },
  };
}

/** As lasting and as secret as the stack's own keys. */
const secretFor = (what: string, adminKey: string) => createHash('sha256').update(`${what}, ${adminKey}`).digest('hex');
