import { AppError, UnreadableError } from '@imagemill/errors';
import { UnrecoverableError } from 'bullmq';

/** What BullMQ writes when a job's worker vanished more often than is allowed, before its work was begun. */
const STALLED = 'job stalled more than allowable limit';

/**
 * What a handler threw, as BullMQ keeps it: `code: message`, and unrecoverable when no further try can help. What is no
 * AppError was not foreseen, and is tried again; an unreadable record too, since a worker of another version may read it.
 */
export function toJobError(error: unknown): Error {
  if (!(error instanceof AppError)) return new Error(`unexpected: ${String(error)}`, { cause: error });
  const text = `${error.code}: ${error.publicMessage}`;
  return error.retryable || error instanceof UnreadableError
    ? new Error(text, { cause: error })
    : new UnrecoverableError(text);
}

/** The inverse, for showing why a job failed. */
export function codeAndMessage(failedReason: string | undefined): { code: string; message: string } {
  if (failedReason === STALLED) {
    return { code: 'crashed-worker', message: 'The workers that had this job vanished, again and again.' };
  }
  const [, code = 'unexpected', message = failedReason ?? ''] =
    /^([a-z][a-z-]*): (.*)$/s.exec(failedReason ?? '') ?? [];
  return { code, message };
}
