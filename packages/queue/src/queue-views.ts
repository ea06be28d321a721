import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs } from './jobs.ts';

/**
 * BullMQ queues, one for each job of the catalog, for a dashboard. Change jobs only through `RenderQueue` and `WebhookQueue`,
 * which enforce imagemill's guarantees.
 *
 * @param connection must be ready: a BullMQ queue never recovers if its first commands fail
 */
export function createQueueViews({ connection, prefix }: { connection: Redis; prefix: string }): Queue[] {
  return Object.values(jobs).map(({ queue: name }) => {
    const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true });
    // Without a listener an outage would end the process. Each call reports the error to its caller.
    queue.on('error', () => {});
    return queue;
  });
}
