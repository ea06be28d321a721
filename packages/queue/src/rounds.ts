import type { Redis } from 'ioredis';
import { translateRedisErrors } from './connection/redis-errors.ts';

/** Work that one process of the fleet does every so often, and that goes on where the last one left off. */
export interface Rounds {
  /**
   * Takes this interval's round; undefined when another process has it. Whoever dies in it is replaced in the next.
   *
   * @throws QueueUnavailableError
   */
  take(intervalMs: number): Promise<Round | undefined>;
}

export interface Round {
  /** Where the last round left off; undefined at the beginning, and when Redis was lost. */
  readonly from: string | undefined;
  /** Says how far this round has come, and keeps it for another interval; undefined when there is no more to do. */
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
