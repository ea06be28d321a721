import { UnreadableError } from '@imagemill/errors';
import type { Job, Queue } from 'bullmq';
import type { z } from 'zod';

/**
 * The job with this id, if it exists.
 *
 * @throws UnreadableError `unreadable-job` if its fields are malformed
 */
export async function readJob(queue: Queue, id: string): Promise<Job | undefined> {
  try {
    return await queue.getJob(id);
  } catch (error) {
    throw error instanceof SyntaxError ? new UnreadableError('unreadable-job', error) : error;
  }
}

/**
 * A job's payload.
 *
 * @throws UnreadableError `unreadable-job` if the payload does not match, for example in another version
 */
export function payloadOf<T>(schema: z.ZodType<T>, { data }: Pick<Job, 'data'>): T {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new UnreadableError('unreadable-job', parsed.error);
  return parsed.data;
}
