import { UnreadableError } from '@imagemill/errors';
import type { Job, Queue } from 'bullmq';
import type { z } from 'zod';

/**
 * The job with an id, if there is one.
 *
 * @throws UnreadableError `unreadable-job` when its fields are not what BullMQ writes
 */
export async function readJob(queue: Queue, id: string): Promise<Job | undefined> {
  try {
    return await queue.getJob(id);
  } catch (error) {
    throw error instanceof SyntaxError ? new UnreadableError('unreadable-job', error) : error;
  }
}

/**
 * What a job was given.
 *
 * @throws UnreadableError `unreadable-job` for the payload of another version
 */
export function payloadOf<T>(schema: z.ZodType<T>, { data }: Pick<Job, 'data'>): T {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new UnreadableError('unreadable-job', parsed.error);
  return parsed.data;
}
