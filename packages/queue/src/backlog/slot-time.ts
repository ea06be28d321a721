import type { Redis } from 'ioredis';

/**
 * How long a finished job held a worker's slot, as an exponentially weighted mean over the fleet. It is stored in Redis and
 * stays available while no worker is running.
 */
export interface SlotTime {
  record(seconds: number): Promise<void>;
  /** Seconds; undefined until a job has been measured. */
  mean(): Promise<number | undefined>;
}

/** Exponential moving average over a span of N = 100 jobs: 2 / (N + 1). */
const WEIGHT = 2 / (100 + 1);

/**
 * Atomic: concurrent workers lose no sample. The first samples are weighted as in a plain mean; otherwise the first one would
 * dominate the next hundred.
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
