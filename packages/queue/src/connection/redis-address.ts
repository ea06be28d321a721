import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { FollowingConnector } from './following-connector.ts';

/** Where Redis is, from the variables of `queueEnv`. */
interface RedisEnv {
  readonly REDIS_URL: string;
  readonly REDIS_SENTINELS?: readonly SentinelAddress[] | undefined;
  readonly REDIS_SENTINEL_NAME: string;
  readonly REDIS_SENTINEL_USERNAME?: string | undefined;
  readonly REDIS_SENTINEL_PASSWORD?: string | undefined;
  readonly REDIS_SENTINEL_TLS: boolean;
  readonly REDIS_CA_FILE?: string | undefined;
}

interface SentinelAddress {
  readonly host: string;
  readonly port: number;
}

/** ioredis accepts the omitted one only by itself. */
export type SomeRedisOptions = Omit<RedisOptions, 'replyMapping'>;

/** A Redis server by its URL, or the primary that sentinels name. */
export interface RedisAddress {
  readonly url: string;
  readonly options: SomeRedisOptions;
}

/** Of one attempt to ask a sentinel. */
const SENTINEL_TIMEOUT_MS = 2_000;

/** @throws Error if REDIS_CA_FILE cannot be read */
export function redisAddress(env: RedisEnv): RedisAddress {
  const { REDIS_URL: url, REDIS_CA_FILE: caFile, REDIS_SENTINELS: sentinels } = env;
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const tls = ca === undefined ? {} : { ca };
  const isTls = url.startsWith('rediss:');
  const options = isTls ? { tls } : {};
  if (!sentinels || sentinels.length === 0) return { url, options };
  return {
    url,
    options: {
      ...options,
      Connector: FollowingConnector,
      sentinels: [...sentinels],
      name: env.REDIS_SENTINEL_NAME,
      enableTLSForSentinelMode: isTls,
      sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
      // A primary that was replaced may still answer: the sentinels report the new one.
      failoverDetector: true,
      ...(env.REDIS_SENTINEL_USERNAME !== undefined && { sentinelUsername: env.REDIS_SENTINEL_USERNAME }),
      ...(env.REDIS_SENTINEL_PASSWORD !== undefined && { sentinelPassword: env.REDIS_SENTINEL_PASSWORD }),
      ...(env.REDIS_SENTINEL_TLS && { sentinelTLS: tls }),
    },
  };
}
