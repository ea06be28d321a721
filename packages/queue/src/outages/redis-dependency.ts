import type { Redis } from 'ioredis';
import { isRedisTrouble } from '../connection/redis-errors.ts';
import type { Dependency } from './dependency.ts';

const CANARY_TTL_MS = 60_000;

/**
 * Redis, by a write to a key of its own: a server that is full, read-only or cannot save to its disk still answers PING. Running
 * jobs are not stopped, because their results are stored in the buckets, and the job's lock survives a short outage.
 */
export function redisDependency(connection: Redis, prefix: string): Dependency {
  return {
    name: 'redis',
    stopsJobs: false,
    concerns: isRedisTrouble,
    async probe() {
      // A worker's connection would keep the command until Redis is back.
      if (connection.status !== 'ready') throw new Error(`The connection to Redis is "${connection.status}".`);
      await connection.set(`${prefix}:canary`, '1', 'PX', CANARY_TTL_MS);
    },
  };
}
