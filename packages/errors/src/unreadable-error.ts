import { AppError } from './app-error.ts';

/**
 * A record of one image that is not what this version writes: cut off, or of another version. Every look at it ends the
 * same way, unlike an outage, so work on many images logs it, leaves this one out and goes on.
 */
export class UnreadableError extends AppError {
  /** @param code `unreadable-…`, with the name of the record */
  constructor(code: `unreadable-${string}`, cause: unknown) {
    super({ code, retryable: false, publicMessage: 'A stored record can not be read.', cause });
  }
}
