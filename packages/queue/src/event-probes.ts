import type { Redis } from 'ioredis';
import { translateRedisErrors } from './connection/redis-errors.ts';

/** Longer than a doctor waits, and than most buckets take to send an event. */
const KEPT_SECONDS = 600;

/** Marks that the bucket event of a doctor's object has reached the API. Every method throws QueueUnavailableError. */
export interface EventProbes {
  note(id: string): Promise<void>;
  /** Removes the mark. @returns whether there was one */
  take(id: string): Promise<boolean>;
}

export function createEventProbes(redis: Redis, prefix: string): EventProbes {
  const keyOf = (id: string) => `${prefix}:event-probe:${id}`;
  return {
    async note(id) {
      await translateRedisErrors(() => redis.set(keyOf(id), '1', 'EX', KEPT_SECONDS));
    },
    take: async (id) => (await translateRedisErrors(() => redis.del(keyOf(id)))) === 1,
  };
}
