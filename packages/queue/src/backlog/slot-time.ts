import type { Redis } from 'ioredis';

/**
 * How long a finished job held one of a worker's slots, as an exponentially weighted mean over the whole fleet. It is
 * kept in Redis, so that it is known while no worker is alive.
 */
export interface SlotTime {
  record(seconds: number): Promise<void>;
  /** Seconds; undefined until a first job was measured. */
  mean(): Promise<number | undefined>;
}

/** A span of N jobs has the weight 2 / (N + 1), as in every exponential moving average: here about the last 100 jobs. */
const WEIGHT = 2 / (100 + 1);

/**
 * In one step, so that workers which end jobs at the same time lose no sample. The first samples weigh as in a plain
 * mean: else the very first one would count for the next hundred.
 */
const RECORD = `
  local samples = redis.call('HINCRBY', KEYS[1], 'samples', 1)
  local seconds = tonumber(ARGV[1])
  local mean = tonumber(redis.call('HGET', KEYS[1], 'meanSeconds') or seconds)
  local weight = math.max(tonumber(ARGV[2]), 1 / samples)
  redis.call('HSET', KEYS[1], 'meanSeconds', string.format('%.6f', mean + weight * (seconds - mean)))`;

export function createSlotTime(redis: Redis, prefix: string): SlotTime {
  const key = `${prefix}:slot-time`;
  return {
    async record(seconds) {
      await redis.eval(RECORD, 1, key, seconds, WEIGHT);
    },
    async mean() {
      const mean = await redis.hget(key, 'meanSeconds');
      return mean === null ? undefined : Number(mean);
    },
  };
}
