import { UnreadableError } from '@imagemill/errors';
import type { Versioned } from '@imagemill/records';
import type { Job, Queue } from 'bullmq';

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
 * A job's payload, upgraded if an earlier version wrote it.
 *
 * @throws UnreadableError `unreadable-job` if the payload is malformed or has a later version
 */
export function payloadOf<T>({ stored }: Pick<Versioned<T>, 'stored'>, { data }: Pick<Job, 'data'>): T {
  const parsed = stored.safeParse(data);
  if (!parsed.success) throw new UnreadableError('unreadable-job', parsed.error);
  return parsed.data;
}

/** The same; undefined if it is unreadable. */
export const readablePayload = <T>(
  { stored }: Pick<Versioned<T>, 'stored'>,
  { data }: Pick<Job, 'data'>,
): T | undefined => stored.safeParse(data).data;
