import type { Redis } from 'ioredis';
import { translateRedisErrors } from './connection/redis-errors.ts';

/** Periodic work that one process of the fleet does at a time. Each round continues where the last one stopped. */
export interface Rounds {
  /**
   * Takes this interval's round; undefined if another process has it. If the process dies, another one takes the next round.
   *
   * @throws QueueUnavailableError
   */
  take(intervalMs: number): Promise<Round | undefined>;
}

export interface Round {
  /** Where the last round stopped; undefined at the beginning and after a loss of Redis. */
  readonly from: string | undefined;
  /** Stores the position and keeps the round for another interval; undefined if the work is complete. */
  reached(position: string | undefined): Promise<void>;
}

export function createRounds(redis: Redis, prefix: string, name: string): Rounds {
  const taken = `${prefix}:${name}:taken`;
  const position = `${prefix}:${name}:position`;
  return {
    take: (intervalMs) =>
      translateRedisErrors(async () => {
        if ((await redis.set(taken, '1', 'PX', intervalMs, 'NX')) === null) return undefined;
        return {
          from: (await redis.get(position)) ?? undefined,
          reached: (next) =>
            translateRedisErrors(async () => {
              await redis.pexpire(taken, intervalMs);
              if (next === undefined) await redis.del(position);
              else await redis.set(position, next);
            }),
        };
      }),
  };
}
