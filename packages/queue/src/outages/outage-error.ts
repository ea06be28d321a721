import { AppError } from '@imagemill/errors';

/** A dependency of the job is away. The job is returned to the queue without using an attempt. */
export class OutageError extends AppError {
  constructor(dependencies: readonly string[]) {
    super({
      code: 'dependency-away',
      retryable: true,
      publicMessage: `Waiting until this dependency answers again: ${dependencies.join(', ')}.`,
    });
  }
}
