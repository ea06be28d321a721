import { AppError, UnreadableError } from '@imagemill/errors';
import { UnrecoverableError } from 'bullmq';

/** BullMQ's failure message for a job that stalled too often before its handler ran. */
const STALLED = 'job stalled more than allowable limit';

/**
 * Converts a handler's error to the form that BullMQ stores: `code: message`, and unrecoverable if a retry cannot help.
 * Unexpected errors are retried. Unreadable records are retried too, because a worker of another version may read them.
 */
export function toJobError(error: unknown): Error {
  if (!(error instanceof AppError)) return new Error(`unexpected: ${String(error)}`, { cause: error });
  const text = `${error.code}: ${error.publicMessage}`;
  return error.retryable || error instanceof UnreadableError
    ? new Error(text, { cause: error })
    : new UnrecoverableError(text);
}

/** The inverse: code and message of a failed job. */
export function codeAndMessage(failedReason: string | undefined): { code: string; message: string } {
  if (failedReason === STALLED) {
    return { code: 'crashed-worker', message: 'The workers that ran this job crashed repeatedly.' };
  }
  const [, code = 'unexpected', message = failedReason ?? ''] =
    /^([a-z][a-z-]*): (.*)$/s.exec(failedReason ?? '') ?? [];
  return { code, message };
}
