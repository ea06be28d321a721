import { AppError } from './app-error.ts';

/**
 * A stored record of one image that this version cannot parse: truncated, or written by another version. Unlike an outage, it fails
 * on every read. Work on many images logs the error, skips the image and continues.
 */
export class UnreadableError extends AppError {
  /** @param code `unreadable-` and the kind of record */
  constructor(code: `unreadable-${string}`, cause: unknown) {
    super({ code, retryable: false, publicMessage: 'A stored record cannot be read.', cause });
  }
}
