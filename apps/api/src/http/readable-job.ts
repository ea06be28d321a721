import { UnreadableError } from '@imagemill/errors';
import { Problem } from '@imagemill/http';

/** The result of restarting a job. @throws Problem 409 `unreadable-job` if the job is unreadable */
export async function ofReadableJob<T>(restart: Promise<T>): Promise<T> {
  try {
    return await restart;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw new Problem({
      status: 409,
      code: 'unreadable-job',
      detail: 'The job is unreadable, so it cannot be restarted.',
    });
  }
}
