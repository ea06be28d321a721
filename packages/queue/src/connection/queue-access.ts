import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobSpec } from '../jobs.ts';
import { QueueUnavailableError, translateRedisErrors } from './redis-errors.ts';

/** Runs a call on BullMQ's queue. @throws QueueUnavailableError */
export type QueueAccess = <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;

/**
 * Access to a job's queue for request handlers: a call fails at once while Redis is unavailable. BullMQ would wait for the
 * connection. A BullMQ queue never recovers if its first commands fail; the next call replaces it.
 */
export function createQueueAccess(connection: Redis, prefix: string, job: JobSpec): QueueAccess {
  let current: Queue | undefined;
  // Without a listener an outage would end the process. Each call reports the error to its caller.
  connection.on('error', () => {});

  function open(): Queue {
    const { queue: name, options } = job;
    const queue = new Queue(name, { connection, prefix, defaultJobOptions: options });
    queue.on('error', () => {});
    return queue;
  }

  return (call) =>
    translateRedisErrors(async () => {
      if (connection.status !== 'ready') {
        throw new QueueUnavailableError(new Error(`The connection to Redis is "${connection.status}".`));
      }
      current ??= open();
      await current.waitUntilReady().catch((error: unknown) => {
        current = undefined;
        throw error;
      });
      return await call(current, connection);
    });
}
