import type { Redis } from 'ioredis';

/**
 * Everything that decides whether a tenant gets more tickets, in one step: two processes with one place left, or with
 * the same idempotency key, can't both be first.
 *
 *     the key is known   ─► its ticket, whatever the count is
 *     too few places     ─► full, nothing is written
 *     else               ─► the images are counted and listed, the key is remembered
 *
 * Remembered tickets are a hash beside a sorted set of their times, not keys of their own: only so can a tenant's share of
 * Redis have a bound. A field's own TTL would need Redis 7.4.
 */
const ADMIT = `
  local unfinished, tickets, times, listed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
  local now, ceiling = tonumber(ARGV[1]), tonumber(ARGV[2])
  local keep, key, ticket, ticketTtl, ticketsMax = tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
  local listedMax, firstImage = tonumber(ARGV[8]), 9

  local function forget(keys)
    if #keys == 0 then return end
    redis.call('HDEL', tickets, unpack(keys))
    redis.call('ZREM', times, unpack(keys))
  end

  if key ~= '' then
    local at = redis.call('ZSCORE', times, key)
    local known = at and tonumber(at) > now - ticketTtl and redis.call('HGET', tickets, key)
    if known then return {'repeated', known} end
  end

  redis.call('ZREMRANGEBYSCORE', unfinished, '-inf', now - keep)
  local images = (#ARGV - firstImage + 1) / 2
  if ceiling > 0 and redis.call('ZCARD', unfinished) + images > ceiling then return {'full'} end
  for index = firstImage, #ARGV, 2 do
    local imageId, category = ARGV[index], ARGV[index + 1]
    redis.call('ZADD', unfinished, now, imageId)
    for _, list in ipairs({listed, listed .. ':' .. category}) do
      redis.call('ZADD', list, 0, imageId)
      redis.call('ZREMRANGEBYRANK', list, 0, -listedMax - 1)
    end
  end
  redis.call('PEXPIRE', unfinished, keep)

  if key ~= '' then
    forget(redis.call('ZRANGEBYSCORE', times, '-inf', now - ticketTtl, 'LIMIT', 0, 100))
    local over = redis.call('ZCARD', times) - ticketsMax
    if over >= 0 then forget(redis.call('ZRANGE', times, 0, over)) end
    redis.call('HSET', tickets, key, ticket)
    redis.call('ZADD', times, now, key)
    redis.call('PEXPIRE', tickets, ticketTtl)
    redis.call('PEXPIRE', times, ticketTtl)
  end
  return {'admitted'}`;

interface AdmitArguments {
  readonly keys: readonly [unfinished: string, tickets: string, times: string, listed: string];
  readonly images: readonly { readonly imageId: string; readonly category: string }[];
  /** ms since 1970. */
  readonly now: number;
  /** 0 for none. */
  readonly ceiling: number;
  readonly unfinishedTtlMs: number;
  /** Empty for a request without one. */
  readonly key: string;
  readonly ticket: string;
  readonly ticketTtlMs: number;
  readonly ticketsMax: number;
  readonly listedMax: number;
}

/** The script, sent to Redis once and called by its hash from then on. */
export function defineAdmit(redis: Redis) {
  redis.defineCommand('admitImages', { numberOfKeys: 4, lua: ADMIT });
  const scripted = redis as Redis & {
    admitImages(...parameters: (string | number)[]): Promise<['admitted'] | ['full'] | ['repeated', string]>;
  };
  return ({ keys, images, now, ceiling, unfinishedTtlMs, key, ticket, ...most }: AdmitArguments) =>
    scripted.admitImages(
      ...keys,
      ...[now, ceiling, unfinishedTtlMs, key, ticket, most.ticketTtlMs, most.ticketsMax, most.listedMax],
      ...images.flatMap(({ imageId, category }) => [imageId, category]),
    );
}
