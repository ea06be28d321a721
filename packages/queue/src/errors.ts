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

/** An image whose work ended its process twice, the second time with nothing else in hand. */
export class CrashedWorkerError extends AppError {
  constructor() {
    super({
      code: 'crashed-worker',
      retryable: false,
      publicMessage: 'The worker that had this image in hand died, twice.',
    });
  }
}
