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
