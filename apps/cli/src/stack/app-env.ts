import { createHash } from 'node:crypto';
import { configuredKeyEntry } from '@imagemill/keys';
import type { StackEnv } from '../env.ts';
import type { S3Address } from './backends.ts';

/** The environment of the bucket set-up: the caller's, with the addresses of the local stack. */
export const storageEnvironment = (env: StackEnv, s3: S3Address) => ({
  ...process.env,
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: env.S3_REGION,
  S3_ACCESS_KEY_ID: s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  ORIGINALS_BUCKET: env.ORIGINALS_BUCKET,
  CDN_BUCKET: env.CDN_BUCKET,
});

/** The edge: each URL of a ticket then has a picture, whether a worker has made it or not. Without an edge, the bucket. */
export const cdnBaseUrlOf = (env: StackEnv, { s3, edgeUrl }: { s3: S3Address; edgeUrl: string }): string =>
  env.CDN_BASE_URL ?? (env.EDGES > 0 ? edgeUrl : `${s3.endpoint}/${env.CDN_BUCKET}`);

interface AppAddresses {
  readonly keys: { readonly apiKey: string; readonly adminKey: string };
  readonly api: { readonly port: number; readonly url: string };
  readonly redisUrl: string;
  readonly s3: S3Address;
  readonly edgeUrl: string;
}

/** The environment of the API and the workers: the caller's, with the addresses of the local stack. */
export function appEnvironment(env: StackEnv, { keys, api, redisUrl, s3, edgeUrl }: AppAddresses) {
  const entries = [
    configuredKeyEntry(keys.apiKey, 'demo', ['upload']),
    configuredKeyEntry(keys.adminKey, 'demo', ['admin', 'moderate', 'storage']),
  ];
  return {
    ...storageEnvironment(env, s3),
    HOST: '127.0.0.1',
    PORT: String(api.port),
    API_BASE_URL: api.url,
    FOLLOW_TOKEN_SECRET: process.env.FOLLOW_TOKEN_SECRET ?? secretFor('follow tokens', keys.adminKey),
    BOARD_SESSION_SECRET: process.env.BOARD_SESSION_SECRET ?? secretFor('board sessions', keys.adminKey),
    API_KEYS: [...entries, process.env.API_KEYS].filter(Boolean).join(','),
    CDN_BASE_URL: cdnBaseUrlOf(env, { s3, edgeUrl }),
    EDGE_SIGNING_KEYS: signingKeysOf(keys),
    REDIS_URL: redisUrl,
  };
}

/** The environment of the edge, in addition to that of the API and the workers. Its engine starts with the first missing picture. */
export const edgeEnvironment = (port: number) => ({
  EDGE_HOST: '127.0.0.1',
  EDGE_PORT: String(port),
  EDGE_LAZY_ENGINE: process.env.EDGE_LAZY_ENGINE ?? 'true',
  ENGINE_PROCESSES: process.env.ENGINE_PROCESSES ?? '1',
});

/** The caller's signing keys, otherwise one of the stack's own. */
export const signingKeysOf = ({ adminKey }: { readonly adminKey: string }): string =>
  process.env.EDGE_SIGNING_KEYS ?? `local:demo:${secretFor('signed sizes', adminKey)}`;

/** Derived from the stack's admin key: as persistent and as secret. */
const secretFor = (what: string, adminKey: string) => createHash('sha256').update(`${what}, ${adminKey}`).digest('hex');
