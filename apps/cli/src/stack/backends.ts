import { join } from 'node:path';
import { type ProcessExit, startRedis, startS3 } from '@imagemill/local-stack';
import { prefixes } from '@imagemill/variants';
import type { StackEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';

export interface Backends {
  readonly addresses: {
    readonly redisUrl: string;
    readonly s3Endpoint: string;
    readonly s3AccessKeyId: string;
    readonly s3SecretAccessKey: string;
  };
  readonly pids: { readonly redis?: number; readonly s3?: number };
  readonly processes: readonly { readonly name: string; readonly exited: Promise<ProcessExit> }[];
  stop(): Promise<void>;
}

interface Local {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

/** Redis and S3: the configured ones, or local ones for what is not configured. */
export async function startBackends(options: {
  env: StackEnv;
  dir: string;
  keys: { s3AccessKeyId: string; s3SecretAccessKey: string; adminKey: string };
  apiUrl: string;
  say: (step: string) => void;
  signal: AbortSignal;
}): Promise<Backends> {
  const { env, dir, keys, apiUrl, say, signal } = options;
  const credentials = s3Credentials(env, keys);
  const events = { url: `${apiUrl}/v1/events/s3`, token: keys.adminKey, keyPrefix: prefixes.originals };
  const started: { name: string; part: Local }[] = [];
  const stop = async () => {
    for (const { part } of started.toReversed()) await part.stop();
  };
  try {
    say(env.REDIS_URL ? 'Using the Redis of REDIS_URL' : 'Starting Redis');
    const redis = env.REDIS_URL
      ? undefined
      : await startRedis({ dir: join(dir, 'redis'), port: env.REDIS_PORT, onProgress: say });
    if (redis) started.push({ name: 'redis', part: redis });

    signal.throwIfAborted();
    say(env.S3_ENDPOINT ? `Using the S3 server at ${env.S3_ENDPOINT}` : 'Starting the S3 server');
    const s3 = env.S3_ENDPOINT
      ? undefined
      : await startS3({ dir, port: env.S3_PORT, region: env.S3_REGION, ...credentials, events });
    if (s3) started.push({ name: 's3', part: s3 });

    return {
      addresses: {
        redisUrl: env.REDIS_URL ?? redis?.url ?? '',
        s3Endpoint: env.S3_ENDPOINT ?? s3?.endpoint ?? '',
        s3AccessKeyId: credentials.accessKeyId,
        s3SecretAccessKey: credentials.secretAccessKey,
      },
      pids: { ...(redis && { redis: redis.pid }), ...(s3 && { s3: s3.pid }) },
      processes: started.map(({ name, part }) => ({ name, exited: part.exited })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function s3Credentials(env: StackEnv, keys: { s3AccessKeyId: string; s3SecretAccessKey: string }) {
  if (!env.S3_ENDPOINT) return { accessKeyId: keys.s3AccessKeyId, secretAccessKey: keys.s3SecretAccessKey };
  if (!env.S3_ACCESS_KEY_ID || !env.S3_SECRET_ACCESS_KEY) {
    throw new FailureToExplain('S3_ENDPOINT is set, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set too.');
  }
  return { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY };
}
