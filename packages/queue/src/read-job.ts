import { UnreadableError } from '@imagemill/errors';
import type { Versioned } from '@imagemill/records';
import type { Job, Queue } from 'bullmq';
import { linkToJob } from './tracing/job-trace.ts';

/**
 * The job with this id, if it exists. The request that reads it is linked to the trace of the job.
 *
 * @throws UnreadableError `unreadable-job` if its fields are malformed
 */
export async function readJob(queue: Queue, id: string): Promise<Job | undefined> {
  try {
    const job: Job | undefined = await queue.getJob(id);
    if (job) linkToJob(job);
    return job;
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
