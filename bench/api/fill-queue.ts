import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';

const BATCH = 2_000;

/**
 * Adds copies of a job that the API has made to its queue.
 *
 * @returns what Redis needs for one, in bytes
 */
export async function fillQueue(redis: Redis, jobs: number): Promise<number> {
  const queue = new Queue('render', { connection: redis, prefix: 'ours' });
  const [made] = await queue.getDelayed(0, 0);
  if (!made) throw new Error('The API has made no job that could be copied.');
  const options: JobsOptions = { ...made.opts, delay: 24 * 3600_000 };
  const before = await usedBytes(redis);
  for (let added = 0; added < jobs; added += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, jobs - added) }, () => {
      const imageId = uuidv7();
      return { name: made.name, data: { ...made.data, imageId }, opts: { ...options, jobId: imageId } };
    });
    await queue.addBulk(batch);
  }
  return ((await usedBytes(redis)) - before) / jobs;
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}
