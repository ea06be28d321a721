import type { Redis } from 'ioredis';

/** The ids of all kept events, in order. */
export interface WebhookLog {
  /** The event's sequence number: its existing one, or the next. */
  sequenceOf(eventId: string): Promise<number>;
  /** Newest first, starting below `before`. */
  read(page: { before: number | undefined; limit: number }): Promise<{ id: string; sequence: number }[]>;
}

/** Ten days, as long as the queue keeps a delivery, plus one day for the longest delivery. */
const KEPT_MS = 11 * 24 * 3600_000;
/** As many as the queue keeps, delivered and failed together. */
const KEPT_MAX = 200_000;

/**
 * A hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014) in one number: the time in ms, or the last number
 * plus one if that is larger. It never goes backwards, even after Redis was lost and starts empty.
 */
const TAKE = `
local known = redis.call('ZSCORE', KEYS[2], ARGV[1])
if known then return known end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local sequence = string.format('%.0f', math.max(last + 1, now))
redis.call('SET', KEYS[1], sequence)
redis.call('ZADD', KEYS[2], sequence, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - ARGV[2]))
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
return sequence`;

export function createWebhookLog(redis: Redis, prefix: string): WebhookLog {
  const [clock, log] = [`${prefix}:event-sequence`, `${prefix}:event-log`];
  return {
    sequenceOf: async (eventId) => Number(await redis.eval(TAKE, 2, clock, log, eventId, KEPT_MS, KEPT_MAX)),

    async read({ before, limit }) {
      const max = before === undefined ? '+inf' : `(${before}`;
      const flat = await redis.zrevrangebyscore(log, max, '-inf', 'WITHSCORES', 'LIMIT', 0, limit);
      return flat.flatMap((id, i) => (i % 2 === 0 ? [{ id, sequence: Number(flat[i + 1]) }] : []));
    },
  };
}
