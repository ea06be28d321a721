import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { translateRedisErrors } from '../connection/redis-errors.ts';

/** The images whose pictures must not stay in any cache, for as long as a process may hold them in memory. */
export interface RecentPurges {
  /** Call it before their purge is queued. @throws QueueUnavailableError */
  note(imageId: ImageId): Promise<void>;
  /** @throws QueueUnavailableError */
  has(imageId: ImageId): Promise<boolean>;
}

/** An edge holds a picture for 5 s, and may read it once more until its files are deleted. */
const NOTED_MS = 60_000;

export function createRecentPurges(redis: Redis, prefix: string): RecentPurges {
  const keyOf = (imageId: ImageId) => `${prefix}:purged:${imageId}`;
  return {
    note: (imageId) => translateRedisErrors(async () => void (await redis.set(keyOf(imageId), 1, 'PX', NOTED_MS))),
    has: (imageId) => translateRedisErrors(async () => (await redis.exists(keyOf(imageId))) === 1),
  };
}
