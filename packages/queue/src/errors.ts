import { AppError } from '@imagemill/errors';

/** Redis did not take or answer a command in time. */
export class QueueUnavailableError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'queue-unavailable',
      retryable: true,
      publicMessage: 'The job queue does not answer. Try again shortly.',
      cause,
    });
  }
}

/** Runs a queue call so that whatever Redis or its client throws comes out as a QueueUnavailableError. */
export async function orQueueUnavailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
