import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { execute } from '../connection/redis-errors.ts';
import { jobs } from '../jobs.ts';

/**
 * How often an image's work was started without ever finishing, because its process crashed. The start is counted before the
 * work begins, because a crashed process cannot report afterwards.
 *
 *     0 ─► begin ─► 1 ─► forget ─► 0
 *                   │ the process crashes
 *                   ▼
 *                   1 ─► suspect: runs again, alone in its worker ─► 2 ─► forget ─► 0
 *                                                                    │ the process crashes, and the next four too
 *                                                                    ▼
 *                                                                    6 ─► not run again: a dead letter
 *
 * The jobs that ran alongside are suspects too. Each is cleared by running alone.
 */
export interface UnfinishedStarts {
  count(imageId: ImageId): Promise<number>;
  begin(imageId: ImageId): Promise<void>;
  /** Call it when the work has finished, or an operator restarts the image. */
  forget(imageId: ImageId): Promise<void>;
}

export function createUnfinishedStarts(redis: Redis, prefix: string): UnfinishedStarts {
  const key = (imageId: ImageId) => `${prefix}:starts:${imageId}`;
  const ttlS = jobs.renderImage.options.removeOnFail.age;
  return {
    count: async (imageId) => Number((await redis.get(key(imageId))) ?? 0),
    async begin(imageId) {
      await execute(redis.multi().incr(key(imageId)).expire(key(imageId), ttlS));
    },
    async forget(imageId) {
      await redis.del(key(imageId));
    },
  };
}
