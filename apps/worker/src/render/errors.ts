import { AppError } from '@imagemill/errors';

/** The API accepted a category that this worker does not have: their VARIANT_SETS_FILE differ. */
export class UnknownCategoryError extends AppError {
  constructor(category: string) {
    super({
      code: 'unknown-category',
      // The next attempt may run on a worker with the right file.
      retryable: true,
      publicMessage: `This worker has no variant set for category "${category}".`,
    });
  }
}

/** The original was deleted after its HEAD request and before it was read. */
export class OriginalGoneError extends AppError {
  constructor() {
    // The next attempt checks again: it waits for an upload, or the image expires.
    super({
      code: 'original-gone',
      retryable: true,
      publicMessage: 'The original was deleted while it was being processed.',
    });
  }
}

/** The body is longer or shorter than the size that the storage reported. */
export class OriginalIncompleteError extends AppError {
  constructor() {
    super({ code: 'original-incomplete', retryable: true, publicMessage: 'The original was not received completely.' });
  }
}

/** A decode or an encode reached its time limit for the first time. */
export class TookTooLongError extends AppError {
  constructor(cause: unknown) {
    super({ code: 'took-too-long', retryable: true, publicMessage: 'This image took too long to process.', cause });
  }
}
