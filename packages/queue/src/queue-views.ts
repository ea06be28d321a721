import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs } from './jobs.ts';

/**
 * BullMQ's own queues, one for each job of the catalog, for a board that shows them. Whoever changes jobs goes by
 * `RenderQueue` and `WebhookQueue`: those keep what imagemill promises.
 *
 * @param connection must be ready: a queue whose first commands fail never works again
 */
export function createQueueViews({ connection, prefix }: { connection: Redis; prefix: string }): Queue[] {
  return Object.values(jobs).map(({ queue: name }) => {
    const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true });
    // Without a listener an outage would end the process; each call reports it to its own caller.
    queue.on('error', () => {});
    return queue;
  });
}
