import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';

const BATCH = 2_000;

/**
 * Adds copies of a job of the API to its queue.
 *
 * @returns Redis memory per job in bytes
 */
export async function fillQueue(redis: Redis, jobs: number): Promise<number> {
  const queue = new Queue('render', { connection: redis, prefix: 'ours' });
  const [original] = await queue.getDelayed(0, 0);
  if (!original) throw new Error('The queue has no job of the API to copy.');
  const options: JobsOptions = { ...original.opts, delay: 24 * 3600_000 };
  const before = await usedBytes(redis);
  for (let added = 0; added < jobs; added += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, jobs - added) }, () => {
      const imageId = uuidv7();
      return { name: original.name, data: { ...original.data, imageId }, opts: { ...options, jobId: imageId } };
    });
    await queue.addBulk(batch);
  }
  return ((await usedBytes(redis)) - before) / jobs;
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}
