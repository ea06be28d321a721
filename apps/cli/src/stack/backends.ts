import { join } from 'node:path';
import { type ProcessExit, startRedis, startS3 } from '@imagemill/local-stack';
import { prefixes } from '@imagemill/variants';
import type { StackEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';
import { namedPort } from './named-port.ts';
import { startTogether } from './start-together.ts';

export interface S3Address {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Backend<Address> {
  readonly address: Address;
  /** Absent if the backend is configured: this stack does not run it. */
  readonly process?: { readonly pid: number; readonly exited: Promise<ProcessExit> };
  stop(): Promise<void>;
}

interface S3Backend extends Backend<S3Address> {
  /** Resolves when the buckets have their rules. They exist before. */
  readonly bucketsSetUp: Promise<void>;
}

interface BackendOptions {
  readonly env: StackEnv;
  readonly dir: string;
  readonly keys: { readonly s3AccessKeyId: string; readonly s3SecretAccessKey: string; readonly adminKey: string };
  readonly apiUrl: string;
  readonly say: (step: string) => void;
  /** Creates the buckets and sets their rules. It does not wait for Redis, which may have to be downloaded. */
  readonly setUpBuckets: (s3: S3Address) => Promise<void>;
}

/** Starts Redis and S3 in parallel, or uses the configured ones. */
export const startBackends = (options: BackendOptions) =>
  startTogether<[Backend<string>, S3Backend]>([redisOf(options), s3Of(options)]);

async function redisOf({ env, dir, say }: BackendOptions): Promise<Backend<string>> {
  if (env.REDIS_URL) {
    say('Using the Redis server of REDIS_URL');
    return { address: env.REDIS_URL, stop: async () => {} };
  }
  say('Starting Redis');
  const { REDIS_PORT: port } = env;
  const redis = await namedPort('REDIS_PORT', port, () =>
    startRedis({ dir: join(dir, 'redis'), port, onProgress: say }),
  );
  return { address: redis.url, process: redis, stop: redis.stop };
}

async function s3Of({ env, dir, keys, apiUrl, say, setUpBuckets }: BackendOptions): Promise<S3Backend> {
  if (env.S3_ENDPOINT) {
    say(`Using the S3 server at ${env.S3_ENDPOINT}`);
    const address = { endpoint: env.S3_ENDPOINT, ...configuredCredentials(env) };
    await setUpBuckets(address);
    return { address, bucketsSetUp: Promise.resolve(), stop: async () => {} };
  }
  say('Starting the S3 server');
  const credentials = { accessKeyId: keys.s3AccessKeyId, secretAccessKey: keys.s3SecretAccessKey };
  const events = { url: `${apiUrl}/v1/events/s3`, token: keys.adminKey, keyPrefix: prefixes.originals };
  const { S3_PORT: port, S3_REGION: region } = env;
  const buckets = [env.ORIGINALS_BUCKET, env.CDN_BUCKET];
  const server = await namedPort('S3_PORT', port, () =>
    startS3({ dir, port, region, ...credentials, buckets, events }),
  );
  const address = { endpoint: server.endpoint, ...credentials };
  // Beside the start of the apps, which need the buckets, and not their rules.
  const bucketsSetUp = setUpBuckets(address);
  bucketsSetUp.catch(() => {});
  return { address, bucketsSetUp, process: server, stop: server.stop };
}

function configuredCredentials({ S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }: StackEnv) {
  if (!S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) {
    throw new FailureToExplain('S3_ENDPOINT is set. Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too.');
  }
  return { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY };
}
