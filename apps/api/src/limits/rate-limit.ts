import { type createProducerConnection, translateRedisErrors } from '@imagemill/queue';
import type { Tenant } from '@imagemill/variants';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What a tenant has left. */
interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until the window ends and all of the limit is there again. */
  readonly resetSeconds: number;
}

export interface RateLimit {
  /** Uses some up, also when they are more than are left; all processes of the API draw on the same. @throws QueueUnavailableError */
  take(tenant: Tenant, tickets: number): Promise<RateLimitState>;
}

export interface RateLimitOptions {
  readonly connection: ReturnType<typeof createProducerConnection>;
  readonly prefix: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A fixed window for each tenant, which begins with the first ticket in it. */
export function createRateLimit({ connection, prefix, limit, windowSeconds }: RateLimitOptions): RateLimit {
  const limiter = new RateLimiterRedis({
    storeClient: connection,
    keyPrefix: `${prefix}:rate:tickets`,
    points: limit,
    duration: windowSeconds,
    // A tenant that is over its limit costs Redis nothing until its window ends.
    inMemoryBlockOnConsumed: limit,
  });
  return {
    async take(tenant, tickets) {
      const taken = await translateRedisErrors(() => limiter.consume(tenant, tickets).then(stateOf(true), refused));
      return { ...taken, limit, windowSeconds };
    },
  };
}

const stateOf = (allowed: boolean) => (taken: RateLimiterRes) => ({
  allowed,
  remaining: taken.remainingPoints,
  resetSeconds: Math.max(1, Math.ceil(taken.msBeforeNext / 1000)),
});

/** The library rejects with the state when the limit is passed, and with an Error when Redis did not answer. */
function refused(reason: unknown) {
  if (reason instanceof RateLimiterRes) return stateOf(false)(reason);
  throw reason;
}
