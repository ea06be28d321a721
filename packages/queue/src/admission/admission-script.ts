import type { Redis } from 'ioredis';

/**
 * Decides atomically whether a tenant gets more tickets. Two processes that compete for the last place, or use the same
 * idempotency key, cannot both be first.
 *
 *     the key is stored   ─► its ticket, regardless of the count
 *     the ceiling is hit  ─► full, nothing is written
 *     its uploads are all rejected, and its last ticket is recent ─► paced, nothing is written
 *     otherwise           ─► the images are counted and indexed, the key is stored
 *
 * Stored tickets are a hash and a sorted set of their times, not separate keys: this allows a limit per tenant. A TTL per
 * hash field needs Redis 7.4.
 */
const ADMIT = `
  local unfinished, tickets, times, listed, rejections, paced = unpack(KEYS)
  local now, ceiling = tonumber(ARGV[1]), tonumber(ARGV[2])
  local keep, key, ticket, ticketTtl, ticketsMax = tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
  local listedMax, rejectionsMax, pace, firstImage = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), 11

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
  if rejectionsMax > 0 and (tonumber(redis.call('GET', rejections)) or 0) >= rejectionsMax then
    local wait = redis.call('PTTL', paced)
    if wait > 0 then return {'paced', wait} end
    redis.call('SET', paced, '', 'PX', images * pace)
  end
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
  readonly keys: readonly [
    unfinished: string,
    tickets: string,
    times: string,
    listed: string,
    rejections: string,
    paced: string,
  ];
  readonly images: readonly { readonly imageId: string; readonly category: string }[];
  /** ms since 1970. */
  readonly now: number;
  /** 0 for no ceiling. */
  readonly ceiling: number;
  readonly unfinishedTtlMs: number;
  /** Empty if the request has no idempotency key. */
  readonly key: string;
  readonly ticket: string;
  readonly ticketTtlMs: number;
  readonly ticketsMax: number;
  readonly listedMax: number;
  /** 0 for no limit. */
  readonly rejectionsMax: number;
  /** Of each ticket, from `rejectionsMax` on. */
  readonly paceMs: number;
}

/** Defines the script. It is sent to Redis once and then called by its hash. */
export function defineAdmit(redis: Redis) {
  redis.defineCommand('admitImages', { numberOfKeys: 6, lua: ADMIT });
  const scripted = redis as Redis & {
    admitImages(
      ...parameters: (string | number)[]
    ): Promise<['admitted'] | ['full'] | ['paced', number] | ['repeated', string]>;
  };
  return ({ keys, images, now, ceiling, unfinishedTtlMs, key, ticket, ...most }: AdmitArguments) =>
    scripted.admitImages(
      ...keys,
      ...[now, ceiling, unfinishedTtlMs, key, ticket, most.ticketTtlMs, most.ticketsMax, most.listedMax],
      ...[most.rejectionsMax, most.paceMs],
      ...images.flatMap(({ imageId, category }) => [imageId, category]),
    );
}
