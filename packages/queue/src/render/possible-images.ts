import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';
import type { ImageStatus } from './image-status.ts';

/** Of images whose job has completed, or that have none any more. */
const endStatuses: ReadonlySet<ImageStatus> = new Set(['ready', 'rejected', 'held', 'expired', 'deleted']);

/**
 * Leaves out images that cannot have the status, by the states of their jobs: two commands for all of them, where reading each job takes four.
 * The rules are those of `imageStatus`, whose facts tell the rest.
 */
export async function possibleImages(
  redis: Redis,
  prefix: string,
  { ids, status }: { readonly ids: readonly ImageId[]; readonly status: ImageStatus },
): Promise<ImageId[]> {
  if (ids.length === 0) return [];
  const scores = (state: string) => redis.zmscore(`${prefix}:${jobs.renderImage.queue}:${state}`, ...ids);
  const [failed, delayed] = await Promise.all([scores('failed'), scores('delayed')]);
  return ids.filter((_id, index) => {
    const hasFailed = failed[index] !== null;
    if (status === 'failed') return hasFailed;
    return !hasFailed && !(endStatuses.has(status) && delayed[index] !== null);
  });
}
