import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QueueUnavailableError } from '../errors.ts';
import type { JobSpec } from '../jobs.ts';

/** Runs a call on BullMQ's queue; whatever Redis or its client throws comes out as a QueueUnavailableError. */
export type Reach = <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;

/**
 * The way to a job's queue for request handlers: a call fails at once while Redis is away. BullMQ itself would wait
 * for the connection, and a queue whose first commands fail never works again, so such a one is replaced by the next call.
 */
export function createReach(connection: Redis, prefix: string, job: JobSpec): Reach {
  let current: Queue | undefined;
  // Without a listener an outage would end the process; each call reports it to its own caller.
  connection.on('error', () => {});

  function open(): Queue {
    const { queue: name, options } = job;
    const queue = new Queue(name, { connection, prefix, defaultJobOptions: options });
    queue.on('error', () => {});
    return queue;
  }

  return async (call) => {
    try {
      if (connection.status !== 'ready') throw new Error(`The connection to Redis is "${connection.status}".`);
      current ??= open();
      await current.waitUntilReady().catch((error: unknown) => {
        current = undefined;
        throw error;
      });
      return await call(current, connection);
    } catch (error) {
      throw new QueueUnavailableError(error);
    }
  };
}
