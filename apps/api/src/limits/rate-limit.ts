import { type createProducerConnection, translateRedisErrors } from '@imagemill/queue';
import type { Tenant } from '@imagemill/variants';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** A tenant's remaining tickets. */
interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until the window ends and the full limit is available again. */
  readonly resetSeconds: number;
}

export interface RateLimit {
  /**
   * Consumes tickets, even if not enough are left. All processes of the API share the limit.
   *
   * @throws QueueUnavailableError
   */
  take(tenant: Tenant, tickets: number): Promise<RateLimitState>;
}

export interface RateLimitOptions {
  readonly connection: ReturnType<typeof createProducerConnection>;
  readonly prefix: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A fixed window per tenant, which starts with its first ticket. */
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

/** The library rejects with the state if the limit is exceeded, and with an Error if Redis does not answer. */
function refused(reason: unknown) {
  if (reason instanceof RateLimiterRes) return stateOf(false)(reason);
  throw reason;
}
