import type { Redis } from 'ioredis';
import { turnRules } from './turn-rules.ts';

const { firstTick, lagTicksMax, ratioWeight, ratioMin, ratioMax, offencesMax, penalty } = turnRules;

/**
 * Gives a job its turn and the time from which it waits. BullMQ reads the tag as the job's priority when it moves the job to
 * its waiting ones. Its own limit of 2^21 - 1 applies to the options of a new job only: these tags have no upper end.
 * A job keeps a turn that it already has, and gets none if it has left the set from which it is about to start. `kept` is the
 * tag of a job that had its turn, 0 otherwise.
 */
const TAKE = `
  local job, from, clock, ends, lasts, ratios, offences = unpack(KEYS)
  local id, tenant, predicted, readyAt, kept = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
  if redis.call('EXISTS', job) == 0 then return end
  if from ~= job and not redis.call('ZSCORE', from, id) then return end
  redis.call('HSET', job, 'readyAt', readyAt)
  if (tonumber(redis.call('HGET', job, 'priority')) or 0) > 0 then return end
  local now = tonumber(redis.call('GET', clock)) or ${firstTick}
  local ratio = tonumber(redis.call('HGET', ratios, tenant)) or 1
  if (tonumber(redis.call('GET', offences)) or 0) >= ${offencesMax} then ratio = ratio * ${penalty} end
  local charged = math.max(1, math.floor(predicted * ratio + 0.5))
  local last = tonumber(redis.call('HGET', lasts, tenant)) or 0
  local lastEnd = tonumber(redis.call('ZSCORE', ends, tenant)) or 0
  local tag = math.max(last, math.min(math.max(now, lastEnd), now + ${lagTicksMax}))
  redis.call('ZADD', ends, tag + charged, tenant)
  if kept > 0 then tag = kept else redis.call('HSET', lasts, tenant, tag) end
  redis.call('HSET', job, 'priority', tag, 'charged', charged)`;

/**
 * Advances the clock to a job that was started, and ends its turn: if the job is returned, it goes first, without a marker or
 * a second charge. Returns what the tenant was charged.
 */
const BEGIN = `
  local job, clock, ends, lasts = unpack(KEYS)
  if redis.call('EXISTS', job) == 0 then return 0 end
  local tag = tonumber(redis.call('HGET', job, 'priority')) or 0
  local charged = tonumber(redis.call('HGET', job, 'charged')) or 0
  redis.call('HSET', job, 'priority', 0, 'charged', 0)
  local now = tonumber(redis.call('GET', clock)) or ${firstTick}
  if tag > now then
    now = tag
    redis.call('SET', clock, string.format('%.0f', now))
  end
  local past = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 1000)
  if past[1] then
    redis.call('ZREM', ends, unpack(past))
    redis.call('HDEL', lasts, unpack(past))
  end
  return charged`;

/** Corrects what a tenant was charged. A refund moves no job of the tenant before its earlier ones. */
const END = `
  local clock, ends, lasts, ratios = unpack(KEYS)
  local tenant, predicted, charged, real = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local now = tonumber(redis.call('GET', clock)) or ${firstTick}
  local last = tonumber(redis.call('HGET', lasts, tenant)) or 0
  local lastEnd = tonumber(redis.call('ZSCORE', ends, tenant)) or 0
  local corrected = math.max(last, math.max(lastEnd, now) + math.floor(real + 0.5) - charged)
  if corrected > now then
    redis.call('ZADD', ends, corrected, tenant)
    redis.call('HSET', lasts, tenant, last)
  end
  if ARGV[5] ~= '1' then return end
  local ratio = tonumber(redis.call('HGET', ratios, tenant)) or 1
  local following = ratio + ${ratioWeight} * (real / predicted - ratio)
  redis.call('HSET', ratios, tenant, math.min(${ratioMax}, math.max(${ratioMin}, following)))`;

interface Scripted extends Redis {
  takeTurn(...parameters: (string | number)[]): Promise<null>;
  beginTurn(...parameters: (string | number)[]): Promise<number>;
  endTurn(...parameters: (string | number)[]): Promise<null>;
}

/** Defines the scripts. They are sent to Redis once and then called by their hash. */
export function defineTurnScripts(redis: Redis): Scripted {
  redis.defineCommand('takeTurn', { numberOfKeys: 7, lua: TAKE });
  redis.defineCommand('beginTurn', { numberOfKeys: 4, lua: BEGIN });
  redis.defineCommand('endTurn', { numberOfKeys: 4, lua: END });
  return redis as Scripted;
}
