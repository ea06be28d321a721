import { tooMany } from '@imagemill/http';
import { type createProducerConnection, translateRedisErrors } from '@imagemill/queue';
import { type RateLimiterAbstract, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What is left of a limit. */
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
   * Consumes some of the limit, even if not enough is left.
   *
   * @param whose the tenant, the image or the follow token that is limited
   * @throws QueueUnavailableError
   */
  take(whose: string, count: number): Promise<RateLimitState>;
}

export interface RateLimitOptions {
  readonly connection: ReturnType<typeof createProducerConnection>;
  readonly prefix: string;
  /** Part of the names of its keys in Redis. */
  readonly what: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A fixed window for each that is limited, which starts with its first call. All processes of the API share the limit. */
export function createRateLimit({ connection, prefix, what, limit, windowSeconds }: RateLimitOptions): RateLimit {
  const limiter = new RateLimiterRedis({
    storeClient: connection,
    keyPrefix: `${prefix}:rate:${what}`,
    points: limit,
    duration: windowSeconds,
    // Calls over the limit make no request to Redis until the window ends.
    inMemoryBlockOnConsumed: limit,
  });
  return rateLimitOf(limiter, { limit, windowSeconds });
}

type Window = Pick<RateLimitState, 'limit' | 'windowSeconds'>;

/**
 * Takes one of a limit; undefined for no limit.
 *
 * @param detailOf the sentence that the client reads
 * @throws Problem 429 `rate-limited`
 */
export async function takeOne(
  rate: RateLimit | undefined,
  whose: string,
  detailOf: (window: Window) => string,
): Promise<void> {
  if (!rate) return;
  const state = await rate.take(whose, 1);
  if (state.allowed) return;
  throw tooMany({ code: 'rate-limited', detail: detailOf(state), retryAfterSeconds: state.resetSeconds });
}

export const rateLimitOf = (limiter: RateLimiterAbstract, window: Window): RateLimit => ({
  async take(whose, count) {
    const taken = await translateRedisErrors(() => limiter.consume(whose, count).then(stateOf(true), refused));
    return { ...taken, ...window };
  },
});

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
