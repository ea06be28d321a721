import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { execute } from '../connection/redis-errors.ts';
import { jobs } from '../jobs.ts';

/**
 * How often an image's work was begun and came to no end at all, neither a result nor an error: its process died. The
 * start is counted before the work begins, since a process that dies has no say afterwards.
 *
 *     0 ─► begin ─► 1 ─► forget ─► 0
 *                   │ the process dies
 *                   ▼
 *                   1 ─► a suspect: its work begins again, alone in its worker ─► 2 ─► forget ─► 0
 *                                                                                 │ the process dies
 *                                                                                 ▼
 *                                                                                 2 ─► not begun again: a dead letter
 *
 * The jobs that were in hand beside the one to blame are suspects as well; each is acquitted by running alone.
 */
export interface UnfinishedStarts {
  count(imageId: ImageId): Promise<number>;
  begin(imageId: ImageId): Promise<void>;
  /** It came to an end, or an operator gives it another chance. */
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
